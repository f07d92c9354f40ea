import { registry } from "@web/core/registry";
import { inState, openXero, openXeroMenu, toggle } from "./account_xero_helpers";

const connected = (organisation) => [
    {
        content: "Back from Xero, connected",
        trigger: inState("connected"),
    },
    {
        trigger: `.o_field_widget[name=tenant_name]:contains(${organisation})`,
    },
];

registry.category("web_tour.tours").add("account_xero_connect", {
    steps: () => [
        ...openXero(),
        ...openXeroMenu("menu_xero_connection"),
        {
            content: "The empty list says what to do",
            trigger: ".o_view_nocontent:contains(Connect this company to Xero)",
        },
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_field_widget[name=client_id] input", run: "edit test-client" },
        { trigger: ".o_field_widget[name=client_secret] input", run: "edit test-secret" },
        {
            content: "The redirect URI stands there to be copied",
            trigger: ".o_field_widget[name=redirect_uri]:contains(/xero/oauth/callback)",
        },
        { trigger: ".o_form_button_save", run: "click" },
        {
            trigger: ".o_form_saved button[name=action_connect]:contains(Connect to Xero)",
            run: "click",
            expectUnloadPage: true,
        },
        ...connected("Organisation of test_connect"),
        ...toggle("sync_purchases"),
        ...toggle("auto_sync"),
        ...toggle("auto_sync"),
        { content: "A switch is saved at once", trigger: ".o_form_saved" },
    ],
});

registry.category("web_tour.tours").add("account_xero_reconnect", {
    steps: () => [
        ...openXero(),
        {
            content: "The dashboard says how the company stands",
            trigger: ".o_xero_dashboard .o_kanban_record:contains(Organisation of test_connect)",
        },
        { trigger: ".o_xero_dashboard footer a:contains(Settings)", run: "click" },
        { trigger: "button[name=action_disconnect]", run: "click" },
        { trigger: ".modal:contains(Links and mappings are kept) .btn-primary", run: "click" },
        { trigger: ".o_notification:contains(Disconnected from Xero)" },
        {
            trigger: inState("disconnected"),
        },
        {
            trigger: "button[name=action_connect]:contains(Connect to Xero)",
            run: "click",
            expectUnloadPage: true,
        },
        ...connected("Organisation of test_connect"),
        ...openXeroMenu("menu_xero_mapping_tax"),
        {
            content: "The mapping is as it was",
            trigger:
                ".o_data_row:contains(VAT 20% S) td[name=xero_tax_rate_id]:contains(20% (VAT on Income))",
        },
    ],
});
