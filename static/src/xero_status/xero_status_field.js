import { onMounted, onWillUnmount, useEffect, useState } from "@odoo/owl";
import { usePopover } from "@web/core/popover/popover_hook";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Tooltip } from "@web/core/tooltip/tooltip";
import { useService } from "@web/core/utils/hooks";
import { BadgeField, badgeField } from "@web/views/fields/badge/badge_field";

/** First and longest time between two looks at a document that waits, in milliseconds. */
const INTERVAL = 2000;
const LONGEST_INTERVAL = 60000;
/** How long the mouse rests before the hover text comes, as with Odoo's own ones. */
const OPEN_DELAY = 400;

/**
 * How a document stands with Xero, as a badge whose hover text says what, when, why and how it is
 * cured. The state is always there as a word, so that nobody has to tell colours apart. The hover
 * text is fetched when somebody wants to see it, so that no list has to make one for each row. It
 * comes with the keyboard, too, and is then read out by screen readers.
 *
 * With the option `watch` it looks again, less and less often, until the document waits no more.
 */
export class XeroStatusField extends BadgeField {
    static template = "account_xero.XeroStatusField";
    static props = {
        ...BadgeField.props,
        tooltipField: { type: String, optional: true },
        watch: { type: Boolean, optional: true },
    };

    setup() {
        super.setup();
        this.orm = useService("orm").silent;
        this.popover = usePopover(Tooltip);
        this.state = useState({ tooltip: "" });
        this.interval = INTERVAL;
        onMounted(() => this.props.watch && this.schedule());
        // An open hover text says what was true before.
        useEffect(
            () => {
                this.state.tooltip = "";
                this.hovered && this.delayTooltip(this.hovered);
            },
            () => [this.props.record.data[this.props.name], this.props.record.resId]
        );
        onWillUnmount(() => {
            this.gone = true;
            clearTimeout(this.timer);
            this.closeTooltip();
        });
    }

    /** What screen readers say of it, wherever it stands. */
    get spoken() {
        return _t("Xero: %s", this.formattedValue);
    }

    delayTooltip(target) {
        this.closeTooltip();
        if (this.props.tooltipField) {
            this.hovered = target;
            this.opening = setTimeout(() => this.openTooltip(), OPEN_DELAY);
        }
    }

    async openTooltip() {
        const opening = this.opening;
        const text = await this.loadTooltip();
        if (text && opening === this.opening) {
            this.state.tooltip = text;
            this.popover.open(this.hovered, {
                template: "account_xero.XeroStatusTooltip",
                info: { lines: text.split("\n") },
            });
        }
    }

    async loadTooltip() {
        const { record, tooltipField } = this.props;
        try {
            const [values] = await this.orm.read(record.resModel, [record.resId], [tooltipField]);
            return values && values[tooltipField];
        } catch {
            return ""; // the server is away for a moment; the word is there
        }
    }

    closeTooltip() {
        clearTimeout(this.opening);
        this.opening = this.hovered = null;
        this.popover.close();
    }

    schedule() {
        if (!this.gone) {
            this.timer = setTimeout(() => this.look(), this.interval);
        }
    }

    async look() {
        const { name, record } = this.props;
        const waiting = record.resId && record.data[name] === "pending";
        this.interval = waiting ? Math.min(this.interval * 1.5, LONGEST_INTERVAL) : INTERVAL;
        // Nobody looks at a hidden page, and what is being typed must not be lost.
        if (waiting && !document.hidden && !(await record.isDirty())) {
            try {
                const [values] = await this.orm.read(record.resModel, [record.resId], [name]);
                const changed = values && values[name] !== record.data[name];
                if (changed && !this.gone && !(await record.isDirty())) {
                    await record.load();
                }
            } catch {
                // The server is away for a moment; the state is seen the next time.
            }
        }
        this.schedule();
    }
}

export const xeroStatusField = {
    ...badgeField,
    component: XeroStatusField,
    supportedTypes: ["selection"],
    extractProps: (fieldInfo, dynamicInfo) => ({
        ...badgeField.extractProps(fieldInfo, dynamicInfo),
        tooltipField: fieldInfo.options.tooltip_field,
        watch: Boolean(fieldInfo.options.watch),
    }),
};

registry.category("fields").add("xero_status", xeroStatusField);
