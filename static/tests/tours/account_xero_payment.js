import { registry } from "@web/core/registry";
import { openRow } from "./account_xero_helpers";

registry.category("web_tour.tours").add("account_xero_payment", {
    steps: () => [
        ...openRow("Paying Ltd"),
        { trigger: ".o_form_view button[name=action_register_payment]", run: "click" },
        { trigger: ".modal .alert-warning:contains(Xero will not know this payment)" },
        { trigger: ".modal .o_field_widget[name=amount] input", run: "edit 40" },
        { trigger: ".modal button[name=action_xero_send_payments]", run: "click" },
        {
            trigger:
                ".modal:contains(Do not register them there, too) .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "What was typed is still there, and nothing is missing in Xero any more",
            trigger:
                ".modal:not(:has(.alert-warning[name=xero])) .o_field_widget[name=amount] input:value(40.00)",
        },
        { trigger: ".modal button[name=action_create_payments]:visible", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_form_view" },
    ],
});
