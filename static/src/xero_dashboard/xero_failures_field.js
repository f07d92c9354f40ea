import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Why documents of a connection failed, each cause a link to its problems. */
export class XeroFailuresField extends Component {
    static template = "account_xero.XeroFailuresField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get failures() {
        return this.props.record.data[this.props.name] || [];
    }

    async open(code) {
        const { resModel, resId } = this.props.record;
        this.action.doAction(
            await this.orm.call(resModel, "action_view_problems", [[resId], code])
        );
    }
}

registry.category("fields").add("xero_failures", {
    component: XeroFailuresField,
    supportedTypes: ["json"],
});
