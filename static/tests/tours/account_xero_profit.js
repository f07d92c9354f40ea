import { registry } from "@web/core/registry";
import { openXeroMenu } from "./account_xero_helpers";

const view = (kind) => [{ trigger: `.o_switch_view.o_${kind}`, run: "click" }];
const drawn = { trigger: ".o_graph_renderer canvas" };
const cell = (text) => ({ trigger: `.o_pivot .o_pivot_cell_value:contains(${text})` });

registry.category("web_tour.tours").add("account_xero_profit", {
    steps: () => [
        ...openXeroMenu("menu_xero_profitability"),
        {
            content: "What a customer brings and costs, and what is left",
            trigger: ".o_pivot th:contains(Heron Ltd)",
        },
        cell("100.00"),
        cell("40.00"),
        cell("60.00"),
        ...view("graph"),
        drawn,
        ...view("list"),
        { trigger: ".o_list_view .o_data_row:contains(Heron Ltd)" },
        ...openXeroMenu("menu_xero_profit_option"),
        { content: "By tracking option", trigger: ".o_pivot th:contains(North)" },
        cell("70.00"),
        cell("30.00"),
        ...view("graph"),
        drawn,
        ...openXeroMenu("menu_xero_profit_line"),
        drawn,
        ...view("pivot"),
        { trigger: ".o_pivot th:contains(Expenses)" },
        ...view("list"),
        { trigger: ".o_list_view .o_group_header", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains(Rent):contains(North)" },
    ],
});
