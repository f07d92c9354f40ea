import { registry } from "@web/core/registry";
import { openXero, runCron } from "./account_xero_helpers";

/** What is clicked on Xero's own page: the organisation, and Allow access. */
const CLICKS_IN_XERO = 2;
const MOST_CLICKS = 12;

const steps = [
    ...openXero(),
    { trigger: ".o_field_widget[name=client_id] input", run: "edit test-client" },
    { trigger: ".o_field_widget[name=client_secret] input", run: "edit test-secret" },
    {
        trigger: "[name=step_connect] button[name=action_connect]",
        run: "click",
        expectUnloadPage: true,
    },
    { trigger: ".o_xero_setup [name=step_connect] .text-bg-success" },
    { trigger: "[name=step_map] button[name=action_match]", run: "click" },
    { trigger: ".modal .o_data_row" },
    { trigger: ".modal-footer button[name=action_confirm]", run: "click" },
    { trigger: ".o_notification:contains(Mapped: )" },
    { trigger: "body:not(:has(.modal)) .o_navbar_apps_menu button", run: "click" },
    { trigger: ".o-dropdown--menu [data-menu-xmlid='account.menu_finance']", run: "click" },
    { trigger: ".o_data_row:contains(First Ltd) .o_data_cell", run: "click" },
    { trigger: ".o_form_view .o_statusbar_buttons button[name=action_post]", run: "click" },
    { trigger: ".o_form_view .o_xero_status:contains(Pending)" },
    runCron("ir_cron_push"),
    { trigger: ".o_form_view .o_xero_status:contains(Synced to Xero)" },
];
const clicks = steps.filter((step) => step.run === "click").length + CLICKS_IN_XERO;

registry.category("web_tour.tours").add("account_xero_first_invoice", {
    steps: () => [
        ...steps,
        {
            content: `${clicks} clicks`,
            trigger: clicks > MOST_CLICKS ? ".o_more_clicks_than_promised" : "body",
        },
    ],
});
