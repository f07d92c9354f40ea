import { registry } from "@web/core/registry";
import {
    backToList,
    confirmed,
    inState,
    openXeroMenu,
    runCron,
    toastSays,
} from "./account_xero_helpers";

const row = (text) => `.o_list_view .o_data_row:contains(${text})`;
const gone = (text) => ({ trigger: `.o_list_view:not(:has(.o_data_row:contains(${text})))` });

/** Steps that choose another value of a many2one of a row, and leave the row. */
function choose(text, field, typed, words = typed) {
    return [
        { trigger: `${row(text)} td[name=${field}]`, run: "click" },
        { trigger: `.o_selected_row td[name=${field}] input`, run: `edit ${typed}` },
        { trigger: `.ui-autocomplete .dropdown-item:contains(${words})`, run: "click" },
        { trigger: `.o_selected_row [name=${field}] input:value(${words})` },
        { trigger: ".o_list_button_save", run: "click" },
        { trigger: ".o_list_view:not(:has(.o_selected_row))" },
    ];
}

function select(text) {
    return [{ trigger: `${row(text)} .o_list_record_selector input`, run: "click" }];
}

/** Steps that open the connection. */
const connection = [
    ...openXeroMenu("menu_xero_connection"),
    { trigger: `${row("Organisation of")} td[name=tenant_name]`, run: "click" },
    { trigger: inState("connected") },
];

registry.category("web_tour.tours").add("account_xero_contacts", {
    steps: () => [
        ...connection,
        { trigger: "button[name=action_match_contacts]", run: "click" },
        {
            content: "Xero's contacts are not here yet",
            trigger: `${row("Dogwood Ltd")}:contains(Only in Odoo)`,
        },
        { trigger: ".o_xero_fetching:contains(Contacts are fetched from Xero: 0 so far.)" },
        runCron("ir_cron_pull"),
        {
            content: "They come by themselves, and each is counted once",
            trigger:
                ".o_xero_fetching:contains(5 contacts in Xero: 3 proposed (1 certain), 2 only there.)",
        },
        {
            content: "What fits well, and why",
            trigger:
                row("Alder Joinery") +
                ":contains(Certain):contains(same e-mail address, same name)",
        },
        { trigger: `${row("Alder Joinery")} button[name=action_confirm]`, run: "click" },
        ...toastSays("Partners linked: 1"),
        gone("Alder Joinery"),
        {
            content: "What fits less well is proposed, and another one is chosen",
            trigger: `${row("Birch Ltd")}:contains(Likely) td[name=contact_id]:contains(BIRCH LIMITED)`,
        },
        ...choose("Birch Ltd", "contact_id", "Birch Trading"),
        { trigger: `${row("Birch Ltd")}:contains(Chosen by hand)` },
        ...select("Birch Ltd"),
        ...select("Cedar & Sons"),
        {
            trigger: ".o_control_panel:contains(2 selected) button:contains(Confirm selected)",
            run: "click",
        },
        ...toastSays("Partners linked: 2"),
        gone("Birch Ltd"),
        gone("Cedar & Sons"),
        {
            trigger: `${row("Elm Trading")}:contains(Only in Xero) button[name=action_create_partner]`,
            run: "click",
        },
        ...toastSays("Partners created and linked: 1"),
        gone("Elm Trading"),
        { trigger: `${row("Dogwood Ltd")}:contains(Only in Odoo)` },
        ...select("Dogwood Ltd"),
        { trigger: ".o_control_panel button:contains(Create in Xero)", run: "click" },
        ...confirmed("Contacts are created in Xero"),
        ...toastSays("Contacts that go to Xero in a moment: 1"),
        runCron("ir_cron_push"),
        ...openXeroMenu("menu_xero_contact"),
        {
            content: "No code of Xero's in the list",
            trigger: `${row("Elm Trading")} td[name=status_label]:contains(Active)`,
        },
    ],
});

registry.category("web_tour.tours").add("account_xero_unmatched", {
    steps: () => [
        runCron("ir_cron_pull"),
        ...openXeroMenu("menu_xero_dashboard"),
        {
            content: "Nothing falls through: the dashboard counts it",
            trigger: ".o_xero_dashboard a:contains(Documents of Xero that wait to be matched: 4)",
            run: "click",
        },
        {
            trigger: `${row("Rook Ltd")}:contains(Contact not linked) td[name=message]:contains(The contact Rook Ltd is not linked)`,
        },
        { trigger: `${row("Rook Ltd")} button[name=action_create_partner]`, run: "click" },
        ...toastSays("their documents are imported in a moment"),
        { trigger: `${row("Wren Ltd")} button[name=action_ignore]`, run: "click" },
        gone("Wren Ltd"),
        {
            trigger: `${row("Linked Ltd")}:contains(Account not mapped) button[name=action_open_mapping]`,
            run: "click",
        },
        {
            trigger: ".o_searchview_facet:contains(Used on invoices and products) .o_facet_remove",
            run: "click",
        },
        { trigger: ".o_searchview_input", run: "fill Royalties" },
        { trigger: ".o_searchview_autocomplete .o-dropdown-item:first", run: "click" },
        { trigger: ".o_searchview_facet:contains(Royalties)" },
        { trigger: ".o_list_view:not(:has(.o_data_row ~ .o_data_row)):has(.o_data_row:contains(Royalties))" },
        ...choose("Royalties", "xero_account_id", "777", "777 Royalties"),
        runCron("ir_cron_pull"),
        ...openXeroMenu("menu_xero_unmatched"),
        { trigger: ".o_view_nocontent:contains(Nothing waits)" },
        { trigger: ".o_searchview_facet:contains(Waiting) .o_facet_remove", run: "click" },
        {
            content: "What was left to Xero is still there to be taken up",
            trigger: `${row("Wren Ltd")} button[name=action_try_again]`,
        },
        ...openXeroMenu("menu_xero_log"),
        { trigger: `${row("Imported from Xero")}` },
    ],
});

registry.category("web_tour.tours").add("account_xero_first_sync", {
    steps: () => [
        ...connection,
        { trigger: ".o_form_view [name=step_books] button:contains(First synchronisation)", run: "click" },
        {
            content: "No calendar lies over the choices",
            trigger:
                "body:not(:has(.o_datetime_picker)) .modal .o_field_widget[name=scope] .o_radio_item:contains(All of them) input",
            run: "click",
        },
        { trigger: ".modal button[name=action_start]", run: "click" },
        ...toastSays("It goes on in the background"),
        { trigger: ".o_notebook .nav-link[name=books]", run: "click" },
        {
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=first_sync_state]:contains(Running)",
        },
        {
            content: "Not twice at a time",
            trigger:
                ".o_form_view:not(:has(button:contains(First synchronisation)))",
        },
        { trigger: ".o_xero_progress:contains(It begins within a minute.)" },
        runCron("ir_cron_pull"),
        {
            content: "The page moves by itself",
            trigger: ".o_field_widget[name=first_sync_state]:contains(Finished)",
        },
        { trigger: ".o_field_widget[name=first_sync_progress] .o_progressbar_value:contains(100)" },
        {
            trigger:
                ".o_field_widget[name=first_sync_text]:contains(4 of 4 documents read: 3 imported, 1 waiting under Unmatched (Contact not linked: 1))",
        },
        { trigger: ".o_form_view button[name=action_view_first_sync]", run: "click" },
        { trigger: ".o_list_view:has(.o_data_row:contains(Linked Ltd)):not(:has(.o_data_row:contains(Rook Ltd)))" },
        { trigger: ".o_breadcrumb .o_back_button a, .o_breadcrumb a.o_back_button", run: "click" },
        { trigger: ".o_notebook .nav-link[name=books]", run: "click" },
        { trigger: ".o_form_view button[name=action_view_log]", run: "click" },
        { trigger: row("First synchronisation started") },
        { trigger: row("4 documents and 2 contacts to look at") },
        { trigger: row("Imported from Xero") },
    ],
});

/** The row that says what a document differs in; its tax and total follow, and have no rows. */
const cause = (name) => `${row(name)}:has(td[name=field]:contains(Accounts))`;

registry.category("web_tour.tours").add("account_xero_differences", {
    steps: () => [
        ...openXeroMenu("menu_xero_difference"),
        {
            content: "Both values stand side by side",
            trigger:
                `${cause("To push")}:has(td[name=here]:contains(100.00))` +
                ":has(td[name=there]:contains(50.00)) td[name=document]",
            run: "click",
        },
        {
            content: "What each side would do is said before it is done",
            trigger:
                ".o_form_view:has(.o_xero_sides tr.table-warning:contains(Line 1)" +
                ":contains(120.00):contains(60.00)):contains(is sent to Xero again as it is)" +
                ":contains(is posted again under its number) button[name=action_push]",
            run: "click",
        },
        ...toastSays("Documents that go to Xero in a moment: 1"),
        { trigger: ".o_form_view .o_xero_progress:contains(Waiting to be sent)" },
        { trigger: ".o_form_view:not(:has(button[name=action_push]))" },
        ...backToList(),
        { trigger: `${cause("To push")} .o_xero_progress:contains(Waiting to be sent)` },
        { trigger: `${cause("To pull")} td[name=document]`, run: "click" },
        { trigger: ".o_form_view button[name=action_pull]", run: "click" },
        ...toastSays("Documents that are fetched from Xero in a moment: 1"),
        { trigger: ".o_form_view .o_xero_progress:contains(Being fetched)" },
        ...backToList(),
        { trigger: `${cause("To leave")} button[name=action_ignore]`, run: "click" },
        { trigger: `.o_list_view:not(:has(${cause("To leave")}))` },
        { trigger: ".o_searchview_facet:contains(To decide) .o_facet_remove", run: "click" },
        { trigger: `${cause("To leave")} button[name=action_reopen]`, run: "click" },
        { trigger: `${cause("To leave")} button[name=action_ignore]`, run: "click" },
        { trigger: `${cause("To leave")} button[name=action_reopen]` },
        { trigger: `${cause("To push")} button[name=action_open_record]`, run: "click" },
        { trigger: ".o_form_view .o_xero_status:contains(Pending)" },
        ...openXeroMenu("menu_xero_unmatched"),
        {
            content: "Sees what waits; nothing to press that would be refused",
            trigger:
                `${row("Rook Ltd")}:not(:has(button:not([name=action_open])))` +
                ":contains(Contact not linked)",
        },
        ...openXeroMenu("menu_xero_contact_match"),
        { trigger: `${row("Rook Ltd")}:not(:has(button)):contains(Only in Xero)` },
    ],
});
