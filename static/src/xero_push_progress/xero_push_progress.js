import { Component, onMounted, onWillUnmount } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** Time between two looks, in milliseconds. */
const INTERVAL = 2000;

/**
 * How the documents of a batch get on. It looks again every few seconds while it is on the screen,
 * until none of them waits any more.
 */
export class XeroPushProgress extends Component {
    static template = "account_xero.XeroPushProgress";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm").silent;
        onMounted(() => this.schedule());
        onWillUnmount(() => {
            this.gone = true;
            clearTimeout(this.timer);
        });
    }

    schedule() {
        if (!this.gone && this.queued) {
            this.timer = setTimeout(() => this.look(), INTERVAL);
        }
    }

    async look() {
        const { record } = this.props;
        try {
            await this.orm.call(record.resModel, "action_update_progress", [[record.resId]]);
            if (!this.gone) {
                await record.load();
            }
        } catch {
            // The server is away for a moment: what it is doing meanwhile is seen the next time.
        }
        this.schedule();
    }

    get queued() {
        return this.props.record.data.queued_count;
    }

    get sent() {
        return this.props.record.data.sent_count;
    }

    get failed() {
        return this.props.record.data.failed_count;
    }

    get total() {
        return this.queued + this.sent + this.failed;
    }

    get bars() {
        const share = (count) => `width: ${(100 * count) / (this.total || 1)}%`;
        return [
            { name: "sent", style: share(this.sent), class: "bg-success" },
            { name: "failed", style: share(this.failed), class: "bg-danger" },
        ];
    }
}

registry.category("view_widgets").add("xero_push_progress", {
    component: XeroPushProgress,
    fieldDependencies: [
        { name: "queued_count", type: "integer" },
        { name: "sent_count", type: "integer" },
        { name: "failed_count", type: "integer" },
        { name: "waiting_reason", type: "char" },
    ],
});
