import { registry } from "@web/core/registry";
import {
    badgeSays,
    hasCome,
    openMenu,
    openRow,
    openXero,
    openXeroMenu,
} from "./account_xero_helpers";

const lists = [
    ...badgeSays(".o_data_row:contains(Paid Ltd)", "Differs", "warning", "Xero and Odoo do not agree"),
    ...badgeSays(".o_data_row:contains(Unmapped Ltd)", "Sync failed", "danger", "Last tried"),
    { trigger: ".o_searchview_dropdown_toggler", run: "click" },
    { trigger: ".o_filter_menu .o_menu_item:contains(Xero: failed)", run: "click" },
    { trigger: ".o_list_view:not(:has(.o_data_row:contains(Paid Ltd))) .o_data_row" },
    { trigger: ".o_group_by_menu .o_menu_item:contains(Xero Problem)", run: "click" },
    { trigger: ".o_group_name:contains(An account has no usable Xero account)" },
    { trigger: ".o_facet_remove:last", run: "click" },
    { trigger: ".o_searchview_facet:contains(Xero: failed) .o_facet_remove", run: "click" },
    { trigger: ".o_data_row:contains(Paid Ltd)" },
];

const documents = [
    {
        content: "The payment from Xero has arrived",
        trigger: ".o_data_row:contains(Paid Ltd)",
    },
    ...openRow("Paid Ltd"),
    { trigger: ".o_form_view .ribbon:contains(Paid)" },
    hasCome("Paid"),
    { trigger: "div[name=xero] button[name=action_xero_sync_now]", run: "click" },
    { trigger: ".o_notification:contains(Documents that go to Xero in a moment: 1)" },
    ...openMenu("account.menu_finance_payables", "account.menu_action_move_in_invoice_type"),
    ...openRow("Supplier Ltd"),
    ...badgeSays(".o_form_view", "Synced to Xero", "success", "in Xero: Approved"),
    hasCome("Approved"),
    { trigger: ".o_xero_panel .o_xero_open:contains(Paid):contains(open)" },
    ...openMenu("account.menu_finance_receivables", "account.menu_action_move_out_refund_type"),
    ...openRow("Credit Ltd"),
    ...badgeSays(".o_form_view", "Synced to Xero", "success", "in Xero: Approved"),
    hasCome("Approved"),
    { trigger: ".o_xero_panel .o_xero_open:contains(Paid):contains(open)" },
    ...openMenu("account.menu_finance_receivables", "account.menu_account_customer"),
    { trigger: ".o_data_row:contains(Paid Ltd) .o_data_cell[name=complete_name]", run: "click" },
    { trigger: ".o_notebook .nav-link[name=xero]", run: "click" },
    { trigger: ".o_field_widget[name=xero_contact_state]:contains(Synced to Xero)" },
    { trigger: ".o_notebook button[name=action_xero_sync_now]", run: "click" },
    { trigger: ".o_notification:contains(Queued)" },
];

const overviews = [
    ...openXero(),
    ...openXeroMenu("menu_xero_problem"),
    { trigger: ".o_data_row:contains(Consulting) td[name=fix]:contains(Choose an active)" },
    ...openXeroMenu("menu_xero_difference"),
    { trigger: ".o_data_row:contains(Date) button[name=action_ignore]" },
    ...openXeroMenu("menu_xero_log"),
    { trigger: ".o_data_row:contains(An account has no usable Xero account)" },
    ...openXeroMenu("menu_xero_dashboard"),
    {
        trigger:
            ".o_xero_dashboard [name=todo]:contains(An account has no usable Xero account)",
    },
    { trigger: ".o_xero_dashboard footer a:contains(Settings)", run: "click" },
    {
        content: "Reads the connection, changes nothing",
        trigger:
            ".o_form_view:has(.o_field_widget[name=tenant_name])" +
            ":not(:has(button[name=action_disconnect], button[name=action_connect]))",
    },
    {
        trigger: ".o_menu_sections [data-menu-xmlid='account_xero.menu_xero_configuration']",
        run: "click",
    },
    {
        trigger:
            ".o-dropdown--menu:has([data-menu-xmlid='account_xero.menu_xero_connection'])" +
            ":not(:has([data-menu-xmlid='account_xero.menu_xero_mapping_account']))",
    },
];

registry.category("web_tour.tours").add("account_xero_user", {
    steps: () => [...lists, ...documents, ...overviews],
});

registry.category("web_tour.tours").add("account_xero_biller", {
    steps: () => [
        {
            content: "No menu of Xero",
            trigger:
                ".o_menu_sections:has([data-menu-xmlid='account.menu_finance_receivables'])" +
                ":not(:has([data-menu-xmlid='account_xero.menu_xero_link']))",
        },
        {
            trigger: ".o_data_row:contains(Unmapped Ltd) .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Nothing to press in the list",
            trigger:
                ".o_control_panel:contains(1 selected)" +
                ":not(:has(button[name=action_xero_push_wizard], button[name=action_xero_sync_now]))",
        },
        {
            trigger: ".o_data_row:contains(Unmapped Ltd) .o_list_record_selector input",
            run: "click",
        },
        { trigger: ".o_searchview_input" },
        ...openRow("Unmapped Ltd"),
        ...badgeSays(".o_form_view", "Sync failed", "danger", "Choose an active Xero account"),
        { trigger: ".alert-danger:contains(An account has no usable Xero account)" },
        { trigger: ".o_xero_panel .o_xero_open:contains(Xero)" },
        {
            content: "Nothing to press on the document that would be refused, no log; one can ask",
            trigger:
                ".o_form_view:not(:has(button[name=action_xero_sync_now]," +
                " button[name=action_xero_log], button[name=action_xero_push_wizard]," +
                " .alert-danger a:not(:contains(Ask)))) .alert-danger a:contains(Ask)",
        },
        ...openMenu("account.menu_finance_receivables", "account.menu_account_customer"),
        {
            trigger: ".o_data_row:contains(Paid Ltd) .o_data_cell[name=complete_name]",
            run: "click",
        },
        { trigger: ".o_form_view:not(:has(.nav-link[name=xero])) .o_notebook" },
    ],
});
