import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** First and longest time between two looks at what is under way, in milliseconds. */
const INTERVAL = 2000;
const LONGEST_INTERVAL = 60000;

/**
 * What became of a decision. While it is under way it looks again, less and less often: a
 * difference that is over is gone from its list, and its page says so.
 */
export class XeroProgressField extends Component {
    static template = "account_xero.XeroProgressField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm").silent;
        this.state = useState({ over: false });
        this.interval = INTERVAL;
        onMounted(() => this.schedule());
        onWillUnmount(() => {
            this.gone = true;
            clearTimeout(this.timer);
        });
    }

    schedule() {
        if (!this.gone && !this.state.over) {
            this.timer = setTimeout(() => this.look(), this.interval);
        }
    }

    async look() {
        const { name, record } = this.props;
        const running = record.data.progress === "running";
        this.interval = running ? Math.min(this.interval * 1.5, LONGEST_INTERVAL) : INTERVAL;
        if (running && !document.hidden) {
            try {
                await this.update(record, name);
            } catch {
                // The server is away for a moment; it is seen the next time.
            }
        }
        this.schedule();
    }

    async update(record, name) {
        const domain = [["id", "=", record.resId]];
        const rows = await this.orm.searchRead(record.resModel, domain, ["progress", name]);
        if (this.gone) {
            return;
        }
        if (!rows.length && this.env.config.viewType === "form") {
            this.state.over = true;
        } else if (!rows.length) {
            await record.model.load();
        } else if (rows[0].progress !== record.data.progress || rows[0][name] !== this.text) {
            await record.load();
        }
    }

    get text() {
        return this.props.record.data[this.props.name];
    }
}

registry.category("fields").add("xero_progress", {
    component: XeroProgressField,
    supportedTypes: ["text"],
    fieldDependencies: [{ name: "progress", type: "selection" }],
});
