import { registry } from "@web/core/registry";
import { backToList, badgeSays, confirmed, openRow, openXero, openXeroMenu } from "./account_xero_helpers";

const row = (text) => `.o_list_view .o_data_row:contains(${text})`;

const documents = [
    ...badgeSays(row("Reset Ltd"), "Synced to Xero", "success", "in Xero: Approved"),
    ...badgeSays(row("Open Ltd"), "Differs", "warning", "Xero and Odoo do not agree"),
    ...openRow("Reset Ltd"),
    { trigger: ".o_form_view button[name=button_draft]", run: "click" },
    ...badgeSays(".o_form_view", "Differs", "warning", "Reset to draft in Odoo"),
    { trigger: ".alert-warning:contains(Approved, awaiting payment in Xero)" },
    ...backToList(),
    ...badgeSays(row("Reset Ltd"), "Differs", "warning", "Post it to send it as it is then"),
    { trigger: ".o_searchview_dropdown_toggler", run: "click" },
    { trigger: ".o_filter_menu .o_menu_item:contains(Xero: differs)", run: "click" },
    {
        content: "What agrees is not among them",
        trigger: `.o_list_view:not(:has(.o_data_row:contains(Agreed Ltd))):has(.o_data_row:contains(Reset Ltd))`,
    },
];

const differences = [
    ...openXero(),
    ...openXeroMenu("menu_xero_difference"),
    { trigger: ".o_data_row td[name=field]:contains(Accounts)", run: "click" },
    {
        content: "What Xero has otherwise can be sent",
        trigger: ".o_form_view:has(button[name=action_push]) button[name=action_pull]",
    },
    ...backToList(),
    { trigger: ".o_data_row td[name=field]:contains(Amount due)", run: "click" },
    {
        content: "An open amount cannot",
        trigger: ".o_form_view:not(:has(button[name=action_push])) button[name=action_pull]",
    },
    ...backToList(),
    { trigger: "thead .o_list_record_selector input", run: "click" },
    { trigger: ".o_control_panel button[name=action_push]", run: "click" },
    ...confirmed("What was changed there is written over"),
    {
        content: "Of several, those are sent that can be",
        trigger: ".o_notification:contains(Documents that go to Xero in a moment: 1)",
    },
];

registry.category("web_tour.tours").add("account_xero_differs", {
    steps: () => [...documents, ...differences],
});
