import { registry } from "@web/core/registry";

const card = (text) => `.o_kanban_view .o_kanban_record:contains(${text})`;

/** Step that goes to a page of the app by its address: the menu of a phone is Odoo's own. */
function goTo(name) {
    return {
        trigger: "body",
        run: () => {
            window.location.href = `/odoo/action-account_xero.action_xero_${name}`;
        },
        expectUnloadPage: true,
    };
}

registry.category("web_tour.tours").add("account_xero_phone", {
    steps: () => [
        {
            content: "Problems are cards, with what puts them right",
            trigger: `${card("Consulting")}:contains(Choose an active) button[name=action_fix]`,
        },
        goTo("difference"),
        { trigger: `${card("2026-03-03")}:contains(Odoo):contains(Brook Ltd)`, run: "click" },
        { trigger: ".o_form_view .o_xero_sides:contains(2026-03-03)" },
        goTo("mapping_account"),
        { trigger: `${card("Consulting")}:contains(Not mapped)`, run: "click" },
        { trigger: ".o_form_view .o_field_widget[name=xero_account_id] input", run: "click" },
        {
            trigger: ".modal .o_kanban_record:contains(Other Revenue)",
            run: "click",
        },
        { trigger: "body:not(:has(.modal)) .o_form_view" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_view:not(:has(.o_form_button_save:visible))" },
    ],
});
