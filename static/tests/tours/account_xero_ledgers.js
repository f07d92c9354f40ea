import { registry } from "@web/core/registry";
import { openXeroMenu } from "./account_xero_helpers";

const row = (text) => `.o_list_view .o_data_row:contains(${text})`;

registry.category("web_tour.tours").add("account_xero_ledgers", {
    steps: () => [
        {
            content: "The dashboard says how far both agree, and draws",
            trigger: ".o_xero_dashboard div[name=ledgers] a:contains(Ledgers agree on 0 of 3 accounts)",
        },
        { trigger: ".o_xero_dashboard div[name=sent] canvas" },
        { trigger: ".o_xero_dashboard div[name=failed] canvas" },
        { trigger: ".o_xero_dashboard div[name=ageing]:contains(Open:) canvas" },
        { trigger: ".o_xero_dashboard .o_xero_open:contains(Receivables)" },
        ...openXeroMenu("menu_xero_ledger_line"),
        { trigger: ".o_xero_ledger .text-warning-emphasis:contains(Explained: 3. Not explained: 0.)" },
        { trigger: `${row("610 Accounts Receivable")} .o_data_cell`, run: "click" },
        {
            content: "What explains it, and the documents behind it",
            trigger: ".o_form_view .o_data_row:contains(Waiting to be sent) button[name=action_view_documents]",
            run: "click",
        },
        { trigger: `${row("Ledger Ltd")}` },
        { trigger: ".o_breadcrumb a:contains(Ledgers)", run: "click" },
        { trigger: row("610 Accounts Receivable") },
        { trigger: ".o_control_panel button:contains(Compare now)", run: "click" },
        { trigger: ".modal .o_field_widget[name=date]" },
        { trigger: ".modal button[name=action_compare]", run: "click" },
        { trigger: ".o_notification:contains(fetched from Xero in a moment)" },
        ...openXeroMenu("menu_xero_dashboard"),
        { trigger: ".o_xero_dashboard div[name=ledgers]" },
    ],
});

registry.category("web_tour.tours").add("account_xero_ledgers_phone", {
    steps: () => [
        {
            content: "Above the cards how the ledgers stand; each card fits the screen",
            trigger: ".o_xero_ledger:contains(3)",
        },
        { trigger: ".o_kanban_view .o_kanban_record:contains(610 Accounts Receivable)" },
        {
            trigger: "body",
            run: () => {
                const wide = document.scrollingElement.scrollWidth;
                if (wide > window.innerWidth) {
                    throw new Error(`The page is ${wide} wide`);
                }
            },
        },
        {
            trigger: "body",
            run: () => {
                window.location.href = "/odoo/action-account_xero.action_xero_dashboard";
            },
            expectUnloadPage: true,
        },
        { trigger: ".o_xero_dashboard div[name=sent] canvas" },
        { trigger: ".o_xero_dashboard div[name=ledgers] a" },
        {
            trigger: "body",
            run: () => {
                const card = document.querySelector(".o_xero_dashboard .o_kanban_record");
                if (card.scrollWidth > card.clientWidth + 1) {
                    throw new Error(`The card is ${card.scrollWidth} of ${card.clientWidth} wide`);
                }
            },
        },
    ],
});
