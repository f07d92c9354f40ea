import { rpc } from "@web/core/network/rpc";

/** Steps that choose an entry of a menu of the application. */
export function openMenu(section, xmlid) {
    return [
        { trigger: `.o_menu_sections [data-menu-xmlid='${section}']`, run: "click" },
        { trigger: `.o-dropdown--menu [data-menu-xmlid='${xmlid}']`, run: "click" },
    ];
}

/** Steps that go from another app to that of Xero, which opens on its dashboard. */
export function openXero() {
    return [
        { trigger: ".o_navbar_apps_menu button", run: "click" },
        { trigger: ".o-dropdown--menu [data-menu-xmlid='account_xero.menu_xero']", run: "click" },
        { trigger: ".o_menu_sections [data-menu-xmlid='account_xero.menu_xero_dashboard']" },
        { trigger: ".o_action_manager:has(.o_xero_dashboard, .o_xero_setup)" },
    ];
}

/** The sections of the app's menu, with their entries. */
const SECTIONS = {
    menu_xero_todo: ["menu_xero_problem", "menu_xero_difference", "menu_xero_unmatched"],
    menu_xero_contacts: ["menu_xero_contact_match", "menu_xero_contact"],
    menu_xero_reports: [
        "menu_xero_ledger_line",
        "menu_xero_profit_line",
        "menu_xero_profitability",
        "menu_xero_profit_option",
    ],
    menu_xero_configuration: ["menu_xero_connection", "menu_xero_mapping_tax"],
};

/** Steps that choose an entry of the app Xero, in which the user is. */
export function openXeroMenu(xmlid) {
    const section = Object.keys(SECTIONS).find((name) => SECTIONS[name].includes(xmlid));
    return section
        ? openMenu(`account_xero.${section}`, `account_xero.${xmlid}`)
        : [
              {
                  trigger: `.o_menu_sections [data-menu-xmlid='account_xero.${xmlid}']`,
                  run: "click",
              },
          ];
}

/** Steps that open the document of a partner from a list of documents. */
export function openRow(partner) {
    return [
        { trigger: `.o_list_view .o_data_row:contains(${partner}) .o_data_cell`, run: "click" },
        { trigger: ".o_form_view .o_statusbar_status" },
    ];
}

/** Steps that go back to the list that a document was opened from. */
export function backToList() {
    return [
        { trigger: ".o_breadcrumb .o_back_button a, .o_breadcrumb a.o_back_button", run: "click" },
        { trigger: ".o_list_view .o_data_row" },
    ];
}

/** Trigger of the state of a connection, which stands in a menu where there is little room. */
export function inState(state) {
    return `.o_form_view .o_statusbar_status:has(.o_arrow_button_current[data-value=${state}])`;
}

/** Step that presses a switch of a form. */
export function toggle(name) {
    return [{ trigger: `.o_field_widget[name=${name}] input`, run: "click" }];
}

/** Step that runs a scheduled action by hand, as a system administrator may. */
export function runCron(name) {
    return {
        content: `Run ${name}`,
        trigger: "body",
        run: async () => {
            const [row] = await rpc("/web/dataset/call_kw", {
                model: "ir.model.data",
                method: "search_read",
                args: [
                    [
                        ["module", "=", "account_xero"],
                        ["name", "=", name],
                    ],
                    ["res_id"],
                ],
                kwargs: {},
            });
            await rpc("/web/dataset/call_kw", {
                model: "ir.cron",
                method: "method_direct_trigger",
                args: [[row.res_id]],
                kwargs: {},
            });
        },
    };
}

/** Steps that find a badge, hover it and find words in its hover text. */
export function badgeSays(within, badge, colour, words) {
    return [
        { trigger: `${within} .o_xero_status.text-bg-${colour}:contains(${badge})`, run: "hover" },
        { trigger: `.o_xero_status_tooltip:contains(${words})` },
    ];
}

/** Step that finds how far a document has come, on its form. */
export function hasCome(step) {
    return { trigger: `.o_xero_panel .o_xero_course .o_xero_done:contains(${step})` };
}

/** Steps that read a toast and close it, so that the next one is not taken for it. */
export function toastSays(words) {
    return [
        { trigger: `.o_notification:contains(${words}) .o_notification_close`, run: "click" },
        { trigger: "body:not(:has(.o_notification))" },
    ];
}

/** Steps that read the question before something is done, and answer it. */
export function confirmed(words) {
    return [
        { trigger: `.modal:contains(${words}) .modal-footer .btn-primary`, run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ];
}
