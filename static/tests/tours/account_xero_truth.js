import { registry } from "@web/core/registry";
import { badgeSays, openRow, openXero, openXeroMenu } from "./account_xero_helpers";

const data = (text) => `.o_data_row:contains(${text})`;
const row = (text) => `.o_list_view ${data(text)}`;

/** Luminance of a colour, as WCAG 2 defines it. */
function luminance(colour) {
    const [red, green, blue] = colour
        .match(/[\d.]+/g)
        .slice(0, 3)
        .map((value) => value / 255)
        .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Step that reads a link whose colour has a contrast of at least 4.5 with what is behind it. */
function readable(link) {
    return {
        content: "People can read it",
        trigger: link,
        run: ({ anchor }) => {
            const behind = getComputedStyle(anchor.closest(".alert")).backgroundColor;
            const [darker, lighter] = [behind, getComputedStyle(anchor).color]
                .map(luminance)
                .sort((a, b) => a - b);
            const contrast = (lighter + 0.05) / (darker + 0.05);
            if (contrast < 4.5) {
                throw new Error(`${anchor.textContent}: contrast ${contrast.toFixed(2)}`);
            }
        },
    };
}

const badges = [
    ...badgeSays(row("Old Ltd"), "Not in Xero", "300", "is switched off on the Xero connection"),
    ...badgeSays(row("There Ltd"), "From Xero", "info", "Made in Xero as"),
    ...badgeSays(row("Void Ltd"), "Voided", "300", "in Xero: Voided"),
    { trigger: ".o_searchview_dropdown_toggler", run: "click" },
    { trigger: ".o_filter_menu .o_menu_item:contains(Xero: not there)", run: "click" },
    { trigger: `.o_list_view:has(${data("Old Ltd")}):not(:has(${data("Void Ltd")}))` },
    { trigger: ".o_filter_menu .o_menu_item:contains(Xero: not there)", run: "click" },
    { trigger: ".o_filter_menu .o_menu_item:contains(Xero: voided)", run: "click" },
    { trigger: `.o_list_view:has(${data("Void Ltd")}):not(:has(${data("Old Ltd")}))` },
    { trigger: ".o_filter_menu .o_menu_item:contains(Xero: voided)", run: "click" },
    { trigger: row("Unmapped Ltd") },
    { trigger: ".o_searchview_dropdown_toggler", run: "click" },
];

const asking = [
    ...openRow("Unmapped Ltd"),
    { trigger: ".alert-danger:contains(Mary Manager can put it right: Choose an active)" },
    readable(".alert-danger a:contains(Ask Mary Manager)"),
    { trigger: ".alert-danger a:contains(Ask Mary Manager)", run: "click" },
    { trigger: ".alert-danger:contains(Mary Manager was asked.):not(:has(a))" },
    { trigger: ".o-mail-Activity:contains(Mary Manager)" },
];

const lists = [
    ...openXero(),
    { trigger: ".o_xero_dashboard a[name=action_view_documents]:contains(in Xero)", run: "click" },
    {
        content: "Documents of all kinds, each with its customer or vendor",
        trigger:
            ".o_list_view:has(th[data-name=invoice_partner_display_name]:contains(Customer or Vendor))" +
            `:has(th[data-name=invoice_date]:contains(Date)):has(${data("There Ltd")})`,
    },
    ...openXeroMenu("menu_xero_document"),
    {
        trigger:
            ".o_list_view:has(th[data-name=invoice_partner_display_name]:contains(Customer or Vendor))",
    },
    ...openXeroMenu("menu_xero_problem"),
    { trigger: `${row("Unmapped")}:contains(Mary Manager can put it right)` },
    { trigger: `${row("Unmapped")} button[name=action_ask]`, run: "click" },
    { trigger: ".o_notification:contains(Mary Manager finds it among the activities)" },
    { trigger: `${row("Unmapped")} button[name=action_view_documents]`, run: "click" },
    { trigger: `${row("Unmapped Ltd")} td[name=invoice_date]` },
];

registry.category("web_tour.tours").add("account_xero_truth", {
    steps: () => [...badges, ...asking, ...lists],
});

registry.category("web_tour.tours").add("account_xero_truth_biller", {
    steps: () => [
        ...openRow("Differs Ltd"),
        readable(".alert-warning a:contains(Ask Mary Manager)"),
        { trigger: ".alert-warning a:contains(Ask Mary Manager)", run: "click" },
        { trigger: ".alert-warning:contains(Mary Manager was asked.):not(:has(a))" },
    ],
});
