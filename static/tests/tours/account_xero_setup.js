import { registry } from "@web/core/registry";
import { toggle } from "./account_xero_helpers";

const step = (name, words) => ({ trigger: `.o_xero_setup [name=step_${name}]:contains(${words})` });
const done = (name) => ({ trigger: `.o_xero_setup [name=step_${name}] .text-bg-success` });

registry.category("web_tour.tours").add("account_xero_setup", {
    steps: () => [
        step("app", "To do"),
        step("map", "After connecting"),
        { trigger: ".o_field_widget[name=client_id] input", run: "edit test-client" },
        { trigger: ".o_field_widget[name=client_secret] input", run: "edit test-secret" },
        ...toggle("hold_sending"),
        {
            trigger: "[name=step_connect] button[name=action_connect]",
            run: "click",
            expectUnloadPage: true,
        },
        step("connect", "Connected to Organisation of"),
        done("keys"),
        {
            content: "What was chosen before connecting counts",
            trigger: "[name=step_start]:contains(Nothing is sent until somebody presses) button[name=action_resume]",
            run: "click",
        },
        done("start"),
        ...toggle("books_settled"),
        step("books", "Skipped"),
        ...toggle("setup_closed"),
        { content: "It is saved at once", trigger: ".o_form_saved:not(:has(.o_xero_setup))" },
    ],
});

registry.category("web_tour.tours").add("account_xero_overview", {
    steps: () => [
        { trigger: ".o_xero_dashboard [name=missing]:contains(1 not there)" },
        {
            content: "What is held, with its money and its button",
            trigger: ".o_xero_todo:contains(120.00) button:contains(Start sending)",
            run: "click",
        },
        { trigger: ".o_xero_dashboard [name=todo]:contains(Nothing waits for you)" },
        { trigger: ".o_xero_dashboard [name=missing] a:contains(not there)", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains(120.00)" },
    ],
});
