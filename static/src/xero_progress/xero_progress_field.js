import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** First and longest time between two looks at what is under way, in milliseconds. */
const INTERVAL = 2000;
const LONGEST_INTERVAL = 60000;
/** By how it stands; a text about nothing that goes on has none. */
const APPEARANCE = {
    running: { class: "text-info", icon: "fa-clock-o" },
    done: { class: "text-success", icon: "fa-check" },
    stopped: { class: "text-muted", icon: "fa-stop" },
    undone: { class: "text-warning-emphasis", icon: "fa-exclamation-triangle" },
};

/**
 * What becomes of something that goes on in the background, such as a decision. While it is under
 * way it looks again, less and less often where nothing happens: a difference that is over is gone
 * from its list, and its page says so.
 *
 * The option `state_field` names the field that says "running" then, if it is not `progress`.
 */
export class XeroProgressField extends Component {
    static template = "account_xero.XeroProgressField";
    static props = { ...standardFieldProps, stateField: { type: String, optional: true } };
    static defaultProps = { stateField: "progress" };

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

    /** How it stands: running, or what it came to. */
    get progress() {
        return this.props.record.data[this.props.stateField];
    }

    async look() {
        const { name, record } = this.props;
        const running = this.progress === "running";
        this.interval = running ? Math.min(this.interval * 1.5, LONGEST_INTERVAL) : INTERVAL;
        // Nobody looks at a hidden page, and what is being typed must not be lost.
        if (running && !document.hidden && !(await record.isDirty())) {
            try {
                await this.update(record, name);
            } catch {
                // The server is away for a moment; it is seen the next time.
            }
        }
        this.schedule();
    }

    async update(record, name) {
        const { stateField } = this.props;
        const domain = [["id", "=", record.resId]];
        const rows = await this.orm.searchRead(record.resModel, domain, [stateField, name]);
        if (this.gone || (await record.isDirty())) {
            return;
        }
        if (!rows.length && this.env.config.viewType === "form") {
            this.state.over = true;
        } else if (!rows.length) {
            await record.model.load();
        } else if (rows[0][stateField] !== this.progress || rows[0][name] !== this.text) {
            this.interval = INTERVAL; // it moves
            await record.load();
        }
    }

    get appearance() {
        return APPEARANCE[this.progress] || {};
    }

    get text() {
        return this.props.record.data[this.props.name];
    }
}

registry.category("fields").add("xero_progress", {
    component: XeroProgressField,
    supportedTypes: ["char", "text"],
    extractProps: ({ options }) => ({ stateField: options.state_field || "progress" }),
    fieldDependencies: ({ options }) => [
        { name: options.state_field || "progress", type: "selection" },
    ],
});
