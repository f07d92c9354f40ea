import { registry } from "@web/core/registry";
import { backToList, badgeSays, hasCome, openRow, runCron } from "./account_xero_helpers";

const FORM = ".o_form_view";
const CONFIRM = ".o_statusbar_buttons button[name=action_post]";

/** From a draft to Xero: grey, then green without touching the page. */
const goodInvoice = [
    ...openRow("Good Ltd"),
    { trigger: `.o_form_view:not(:has(.o_xero_status)) ${CONFIRM}`, run: "click" },
    ...badgeSays(FORM, "Pending", "300", "Waiting to be sent"),
    runCron("ir_cron_push"),
    ...badgeSays(FORM, "Synced to Xero", "success", "in Xero: Approved, awaiting payment"),
    hasCome("Approved"),
    { trigger: "button[name=action_xero_open]:contains(View in Xero)" },
    { trigger: "div[name=xero] button[name=action_xero_sync_now]", run: "click" },
    { trigger: ".o_notification:contains(Documents that go to Xero in a moment: 1)" },
    { trigger: ".o_form_view .o_xero_status:contains(Pending)" },
    runCron("ir_cron_push"),
    { trigger: ".o_form_view .o_xero_status:contains(Synced to Xero)" },
    ...backToList(),
];

/** A refusal, the banner, the choice in a dialog, and the document goes out. */
const failingInvoice = [
    ...openRow("Unmapped Ltd"),
    { trigger: CONFIRM, run: "click" },
    { trigger: ".o_form_view .o_xero_status:contains(Pending)" },
    runCron("ir_cron_push"),
    ...badgeSays(FORM, "Sync failed", "danger", "Choose an active Xero account"),
    { trigger: ".alert-danger:contains(An account has no usable Xero account)" },
    { trigger: ".alert-danger a:contains(Choose the account in Xero)", run: "click" },
    { trigger: ".modal:contains(Which account in Xero is the account):contains(Consulting)" },
    { trigger: ".modal .o_field_widget[name=outcome]:contains(Documents that go to Xero then: 1.)" },
    { trigger: ".modal .o_field_widget[name=account_id] input", run: "edit 260" },
    { trigger: ".ui-autocomplete .dropdown-item:contains(260 Other Revenue)", run: "click" },
    { trigger: ".modal button[name=action_save]", run: "click" },
    { trigger: ".o_notification:contains(Mapped):contains(Documents that go to Xero in a moment: 1)" },
    { trigger: "body:not(:has(.modal)) .o_form_view .o_xero_status:contains(Pending)" },
    runCron("ir_cron_push"),
    { trigger: ".o_form_view:not(:has(.alert-danger)) .o_xero_status:contains(Synced to Xero)" },
    ...backToList(),
];

/** Two documents at once: what can go, then how they get on. */
const batch = [
    // Odoo shows the list as it was before, and once it has read it anew nothing is selected.
    { trigger: ".o_data_row:contains(Unmapped Ltd):contains(Synced to Xero)" },
    {
        trigger: ".o_data_row:contains(Batch One) .o_list_record_selector input",
        run: "click",
    },
    { trigger: ".o_control_panel:contains(1 selected)" },
    {
        trigger: ".o_data_row:contains(Batch Two) .o_list_record_selector input",
        run: "click",
    },
    {
        trigger: ".o_control_panel:contains(2 selected) button[name=action_xero_push_wizard]",
        run: "click",
    },
    { trigger: ".modal .o_field_widget[name=eligible_count]:contains(2)" },
    { trigger: ".modal .o_field_widget[name=blocked_count]:contains(0)" },
    { trigger: ".modal button[name=action_queue]", run: "click" },
    { trigger: ".modal .o_xero_push_progress .fa-spinner" },
    runCron("ir_cron_push"),
    { trigger: ".modal .o_xero_push_progress:has(.fa-check) [name=sent]:contains(2)" },
    { trigger: ".modal-footer button:contains(Close)", run: "click" },
    { trigger: "body:not(:has(.modal)) .o_list_view" },
];

registry.category("web_tour.tours").add("account_xero_manager", {
    steps: () => [...goodInvoice, ...failingInvoice, ...batch],
});
