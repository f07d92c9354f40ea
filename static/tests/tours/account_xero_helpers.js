import { rpc } from "@web/core/network/rpc";

/** Steps that choose an entry of Configuration > Xero, which may be in the overflow menu. */
export function openXeroMenu(xmlid) {
    return [
        {
            trigger: "[data-menu-xmlid='account.menu_finance_configuration']",
            run: "click",
        },
        {
            trigger: `.o-dropdown--menu [data-menu-xmlid='${xmlid}']`,
            run: "click",
        },
    ];
}

/** Step that presses a switch of a form. */
export function toggle(name) {
    return [{ trigger: `.o_field_widget[name=${name}] input`, run: "click" }];
}

/** Step that runs a scheduled action by hand, as a system administrator may. */
export function runCron(xmlid) {
    return {
        content: `Run ${xmlid}`,
        trigger: "body",
        run: async () => {
            const [cron] = await rpc("/web/dataset/call_kw", {
                model: "ir.model.data",
                method: "search_read",
                args: [[["module", "=", "account_xero"], ["name", "=", xmlid]], ["res_id"]],
                kwargs: {},
            });
            await rpc("/web/dataset/call_kw", {
                model: "ir.cron",
                method: "method_direct_trigger",
                args: [[cron.res_id]],
                kwargs: {},
            });
        },
    };
}

/** Steps that hover a document's badge and find words in its hover text. */
export function badgeSays(badge, colour, words) {
    return [
        {
            content: `The badge says ${words}`,
            trigger: `.o_form_view .o_xero_status.text-bg-${colour}:contains(${badge})`,
            run: "hover",
        },
        { trigger: `.o_xero_status_tooltip:contains(${words})` },
    ];
}
