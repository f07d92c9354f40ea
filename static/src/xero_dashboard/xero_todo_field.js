import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What is to be done for a connection, the most money first, each row with its button. */
export class XeroTodoField extends Component {
    static template = "account_xero.XeroTodoField";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get rows() {
        return this.props.record.data[this.props.name] || [];
    }

    async press(row) {
        // A dialog that ends with another reload waits for no second one, which would never end.
        const onClose = (info) => (info?.noReload ? undefined : this.props.record.model.load());
        if (row.action) {
            await this.action.doAction(row.action, { onClose });
        } else {
            await this.action.doActionButton({
                type: "object",
                name: row.method,
                resModel: row.model,
                resId: row.ids[0],
                resIds: row.ids,
                onClose,
            });
        }
    }
}

registry.category("fields").add("xero_todo", {
    component: XeroTodoField,
    supportedTypes: ["json"],
});
