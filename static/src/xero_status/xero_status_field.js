import { registry } from "@web/core/registry";
import { BadgeField, badgeField } from "@web/views/fields/badge/badge_field";

/**
 * How a document stands with Xero, as a badge whose hover text says what, when, why and how it is
 * cured. The state is always there as a word, so that nobody has to tell colours apart, and the
 * hover text is read out by screen readers, which do not hover.
 */
export class XeroStatusField extends BadgeField {
    static template = "account_xero.XeroStatusField";
    static props = {
        ...BadgeField.props,
        tooltipField: { type: String, optional: true },
    };

    get tooltip() {
        return this.props.record.data[this.props.tooltipField] || "";
    }

    get tooltipInfo() {
        return JSON.stringify({ lines: this.tooltip.split("\n") });
    }
}

export const xeroStatusField = {
    ...badgeField,
    component: XeroStatusField,
    supportedTypes: ["selection"],
    // The hover text need not stand in the view for the badge to have it.
    fieldDependencies: ({ options }) =>
        options.tooltip_field ? [{ name: options.tooltip_field, type: "text" }] : [],
    extractProps: (fieldInfo, dynamicInfo) => ({
        ...badgeField.extractProps(fieldInfo, dynamicInfo),
        tooltipField: fieldInfo.options.tooltip_field,
    }),
};

registry.category("fields").add("xero_status", xeroStatusField);
