import { registry } from "@web/core/registry";
import { BadgeField, badgeField } from "@web/views/fields/badge/badge_field";

/**
 * How a document stands with Xero, as a badge whose hover text says when, under which number,
 * or what is wrong and how to cure it.
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
