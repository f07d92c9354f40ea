import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { confirmed } from "./account_xero_helpers";

const LINES = ".o_form_view .o_field_widget[name=line_ids]";
const row = (text) => `${LINES} .o_data_row:contains(${text})`;

/** Step that runs the organisations' own scheduled actions by hand, as an administrator may. */
const runOwn = {
    content: "What goes on in the background",
    trigger: "body",
    run: async () => {
        const call = (method, ...args) =>
            rpc("/web/dataset/call_kw", { model: "ir.cron", method, args, kwargs: {} });
        for (const id of await call("search", [["name", "like", "Xero: "]])) {
            const [cron] = await call("read", [id], ["code"]);
            if (cron.code.includes("_run_cron")) {
                await call("method_direct_trigger", [id]);
            }
        }
    },
};

registry.category("web_tour.tours").add("account_xero_invoicing", {
    steps: () => [
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_form_view button[name=action_prepare]", run: "click" },
        { trigger: `${row("Brook Ltd")}:contains(120.00)` },
        {
            content: "What is held up says why, with what puts it right",
            trigger: `${row("Cedar Ltd")}:contains(Consulting)`,
        },
        { trigger: `${row("Cedar Ltd")} button[name=action_fix]`, run: "click" },
        { trigger: ".modal .o_field_widget[name=account_id] input" },
        { trigger: ".modal .btn-close, .modal button.o_form_button_cancel", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: `${row("Cedar Ltd")} [name=included] input`, run: "click" },
        { trigger: ".o_form_view button[name=action_generate]", run: "click" },
        ...confirmed("go to Xero as drafts"),
        { trigger: ".o_form_view .o_xero_progress:contains(Looked at: 0 of 2)" },
        runOwn,
        {
            content: "It moves by itself",
            trigger: ".o_form_view .o_xero_progress:contains(In Xero: 2):contains(Approved: 0 of 2)",
            timeout: 30000,
        },
        { trigger: ".o_arrow_button_current[data-value=done]" },
        { trigger: `${row("Brook Ltd")}:contains(Made: 1)` },
        { trigger: ".oe_stat_button[name=action_view_moves]", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains(Brook Ltd)" },
    ],
});

registry.category("web_tour.tours").add("account_xero_invoicing_phone", {
    steps: () => [
        { trigger: ".o_kanban_view .o_kanban_record:contains(Prepared)", run: "click" },
        {
            trigger: `${LINES} .o_kanban_record:contains(Brook Ltd):contains(120.00)`,
        },
        {
            trigger: `${LINES} .o_kanban_record:contains(Cedar Ltd):contains(Consulting) button[name=action_fix]`,
        },
        {
            content: "Nothing is wider than the screen",
            trigger: ".o_form_view",
            run: () => {
                const { scrollWidth, clientWidth } = document.documentElement;
                if (scrollWidth > clientWidth) {
                    throw new Error(`The page is ${scrollWidth} wide, and the screen ${clientWidth}`);
                }
            },
        },
    ],
});
