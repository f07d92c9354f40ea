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
        {
            content: "Without a connection the app opens on the set-up; nothing is done yet",
            trigger:
                ".o_xero_setup:not(:has(.text-bg-success)) [name=step_app]:contains(To do)",
        },
        {
            content: "What goes to Xero stands there to be copied",
            trigger:
                "[name=step_app]:has([name=redirect_uri]:contains(/xero/oauth/callback))" +
                ":has([name=webhook_url]:contains(/xero/webhook))" +
                ":has([name=setup_scopes]:contains(accounting.invoices)) .o_clipboard_button",
        },
        { trigger: ".o_field_widget[name=client_id] input", run: "edit test-client" },
        { trigger: ".o_field_widget[name=client_secret] input", run: "edit test-secret" },
        {
            content: "It saves by itself",
            trigger: "[name=step_connect] button[name=action_connect]:contains(Connect to Xero)",
            run: "click",
            expectUnloadPage: true,
        },
        ...connected("Organisation of test_connect"),
        {
            trigger:
                "[name=step_connect]:has(.text-bg-success:contains(Done))" +
                ":contains(Connected to Organisation of test_connect. Fetched from there)",
        },
        {
            content: "What is left, in words",
            trigger: "[name=step_map]:has(.text-bg-warning):contains(Without a counterpart in Xero)",
        },
        {
            trigger: "[name=step_books]:contains(Match contacts first):has(.text-bg-warning)",
        },
        {
            trigger: "[name=step_start]:contains(within a minute of being posted)",
        },
        ...toggle("books_settled"),
        { trigger: "[name=step_books]:has(.text-bg-secondary, .text-bg-300, .badge):contains(Skipped)" },
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
            trigger: "[name=step_connect] button[name=action_connect]",
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
