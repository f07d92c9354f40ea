import { registry } from "@web/core/registry";
import { toastSays } from "./account_xero_helpers";

const PAGE = "/odoo/action-account_xero.action_xero_";

/** Steps that read the dialog, and save what is chosen in it already. */
function save(question, count) {
    return [
        { trigger: `.modal .o_field_widget[name=question]:contains(${question})` },
        { trigger: `.modal .o_field_widget[name=outcome]:contains(Documents that go to Xero then: ${count}.)` },
        { trigger: ".modal .o_field_widget[name=reason]:contains(Proposed)" },
        { trigger: ".modal button[name=action_save]", run: "click" },
        ...toastSays(`Mapped):contains(Documents that go to Xero in a moment: ${count}`),
        { trigger: "body:not(:has(.modal))" },
    ];
}

/** What is missing is chosen in the row of the problem, and in that of what is to be done. */
registry.category("web_tour.tours").add("account_xero_fix", {
    steps: () => [
        {
            content: "In a list, or in a card on a phone",
            trigger: ["o_data_row", "o_kanban_record"]
                .map((name) => `.${name}:contains(Consulting) button[name=action_fix]`)
                .join(", "),
            run: "click",
        },
        ...save("Which account in Xero is the account", 2),
        { trigger: ".o_content:contains(Odd tax):not(:contains(Consulting))" },
        {
            trigger: "body",
            run: () => {
                window.location.href = `${PAGE}dashboard`;
            },
            expectUnloadPage: true,
        },
        { trigger: ".o_xero_todo:contains(Odd tax) button:contains(Put right)", run: "click" },
        ...save("Which tax rate in Xero is the tax", 1),
        { trigger: ".o_xero_dashboard:not(:has(.o_xero_todo)):contains(Nothing waits for you)" },
    ],
});
