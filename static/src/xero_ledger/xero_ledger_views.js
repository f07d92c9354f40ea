import { onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

/** Keep how the ledgers of each company stand, to be shown above their accounts. */
function useStanding() {
    const orm = useService("orm");
    const standing = useState({ rows: [] });
    onWillStart(async () => {
        standing.rows = await orm.call("xero.ledger.line", "get_standing", []);
    });
    return standing;
}

export class XeroLedgerListController extends ListController {
    static template = "account_xero.XeroLedgerList";

    setup() {
        super.setup();
        this.standing = useStanding();
    }
}

export class XeroLedgerKanbanController extends KanbanController {
    static template = "account_xero.XeroLedgerKanban";

    setup() {
        super.setup();
        this.standing = useStanding();
    }
}

registry.category("views").add("xero_ledger_list", {
    ...listView,
    Controller: XeroLedgerListController,
});
registry.category("views").add("xero_ledger_kanban", {
    ...kanbanView,
    Controller: XeroLedgerKanbanController,
});
