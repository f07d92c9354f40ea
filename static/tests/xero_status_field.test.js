import { expect, test } from "@odoo/hoot";
import { hover, queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, runAllTimers } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    MockServer,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class Invoice extends models.Model {
    state = fields.Selection({
        selection: [
            ["pending", "Pending"],
            ["synced", "Synced to Xero"],
            ["failed", "Sync failed"],
        ],
    });
    tooltip = fields.Text();
    note = fields.Char();

    _records = [
        { id: 1, state: "pending", tooltip: "Waiting to be sent." },
        { id: 2, state: "synced", tooltip: "INV/1 in Xero\nSent: yesterday" },
        {
            id: 3,
            state: "failed",
            tooltip: "An account has no counterpart\nMap <it>",
        },
        { id: 4, state: false, tooltip: false },
        { id: 5, state: "synced", tooltip: false },
    ];
}

defineModels([Invoice]);
defineMailModels();

const FIELD = `
    <field name="state" widget="xero_status" options="{'tooltip_field': 'tooltip'}"
           decoration-success="state == 'synced'" decoration-danger="state == 'failed'"
           decoration-muted="state == 'pending'"/>`;

async function hoverText(target) {
    await hover(target);
    await runAllTimers();
    await animationFrame();
    return queryAllTexts(".o_xero_status_tooltip > div");
}

test("xero_status: a word, a colour and a hover text in a list", async () => {
    await mountView({ type: "list", resModel: "invoice", arch: `<list>${FIELD}</list>` });
    expect(".o_xero_status").toHaveCount(4, { message: "no state, no badge" });
    expect(".o_xero_status:eq(0)").toHaveClass("text-bg-300");
    expect(".o_xero_status:eq(1)").toHaveClass("text-bg-success");
    expect(".o_xero_status:eq(2)").toHaveClass("text-bg-danger");
    expect(queryOne(".o_xero_status:eq(2)").firstChild.textContent).toBe("Sync failed");
    expect(await hoverText(".o_xero_status:eq(2)")).toEqual([
        "An account has no counterpart",
        "Map <it>",
    ]);
    expect(".o_xero_status_tooltip").toHaveAttribute("dir", "auto");
    expect(".o_xero_status_tooltip > div:first").toHaveClass("fw-bold");
});

test("xero_status: the hover text is fetched when it is looked at", async () => {
    onRpc("invoice", "read", ({ args }) => expect.step(args));
    await mountView({ type: "list", resModel: "invoice", arch: `<list>${FIELD}</list>` });
    expect(queryOne(".o_xero_status:eq(1)").textContent).toBe("Synced to Xero");
    expect.verifySteps([]);
    expect(await hoverText(".o_xero_status:eq(1)")).toEqual(["INV/1 in Xero", "Sent: yesterday"]);
    expect.verifySteps([[[2], ["tooltip"]]]);
    expect(await hoverText(".o_xero_status:eq(0)")).toEqual(["Waiting to be sent."]);
    expect.verifySteps([[[1], ["tooltip"]]]);
    expect(await hoverText(".o_xero_status:eq(3)")).toEqual([]);
    expect.verifySteps([[[5], ["tooltip"]]]);
});

test("xero_status: in a form, the hover text comes with the keyboard and is read out", async () => {
    await mountView({
        type: "form",
        resModel: "invoice",
        resId: 2,
        arch: `<form>${FIELD.replace("'tooltip'}", "'tooltip', 'watch': True}")}</form>`,
    });
    expect(".o_field_widget[name=tooltip]").toHaveCount(0);
    queryOne(".o_xero_status").focus();
    await advanceTime(500);
    await animationFrame();
    expect(queryAllTexts(".o_xero_status_tooltip > div")).toEqual([
        "INV/1 in Xero",
        "Sent: yesterday",
    ]);
    expect(queryOne(".o_xero_status").textContent).toBe(
        "Synced to Xero: INV/1 in Xero\nSent: yesterday"
    );
    expect(".o_xero_status .visually-hidden").toHaveCount(1);
    queryOne(".o_xero_status").blur();
    await animationFrame();
    expect(".o_xero_status_tooltip").toHaveCount(0);
});

test("xero_status: in a list, the keyboard reaches it", async () => {
    await mountView({ type: "list", resModel: "invoice", arch: `<list>${FIELD}</list>` });
    expect(".o_xero_status[tabindex='0']").toHaveCount(4);
    expect(".o_xero_status:eq(0)").toHaveAttribute("aria-label", "Xero: Pending");
    queryOne(".o_xero_status:eq(0)").focus();
    await advanceTime(500);
    await animationFrame();
    expect(queryAllTexts(".o_xero_status_tooltip > div")).toEqual(["Waiting to be sent."]);
});

test("xero_status: in a kanban card", async () => {
    await mountView({
        type: "kanban",
        resModel: "invoice",
        arch: `<kanban><templates><t t-name="card">${FIELD}</t></templates></kanban>`,
        domain: [["id", "=", 1]],
    });
    expect(queryOne(".o_xero_status").firstChild.textContent).toBe("Pending");
    expect(await hoverText(".o_xero_status")).toEqual(["Waiting to be sent."]);
});

test("xero_status: in a form, a badge that waits follows the document by itself", async () => {
    onRpc("invoice", "read", () => expect.step("read"));
    const view = (options) => `
        <form>
            <field name="state" widget="xero_status" options="{${options}}"/>
            <field name="note"/>
        </form>`;
    await mountView({
        type: "form",
        resModel: "invoice",
        resId: 1,
        arch: view("'tooltip_field': 'tooltip', 'watch': True"),
    });
    await advanceTime(2500);
    expect.verifySteps(["read"]);
    expect(queryOne(".o_xero_status").firstChild.textContent).toBe("Pending");

    await contains(".o_field_widget[name=note] input").edit("Typing", { confirm: false });
    MockServer.env["invoice"].write([1], { state: "synced", tooltip: "INV/7 in Xero" });
    await advanceTime(60000);
    expect.verifySteps([]);
    expect(".o_field_widget[name=note] input").toHaveValue("Typing");

    await contains(".o_form_button_cancel").click();
    await advanceTime(60000);
    await animationFrame();
    expect.verifySteps(["read"]);
    expect(queryOne(".o_xero_status").textContent).toBe("Synced to Xero");
    await advanceTime(120000);
    expect.verifySteps([]);
    expect(await hoverText(".o_xero_status")).toEqual(["INV/7 in Xero"]);
    expect.verifySteps(["read"]);
});
