import { onMounted, onWillUnmount, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

/** Time between two looks while contacts are fetched, in milliseconds. */
const INTERVAL = 2000;

/** What is matched with contacts of Xero, and above it how far these have been fetched. */
export class XeroFetchingController extends ListController {
    static template = "account_xero.XeroFetchingList";

    setup() {
        super.setup();
        this.silent = useService("orm").silent;
        this.fetching = useState({ text: "", running: false });
        onMounted(() => this.look());
        onWillUnmount(() => {
            this.gone = true;
            clearTimeout(this.timer);
        });
    }

    async look() {
        try {
            await this.update();
        } catch {
            // The server is away for a moment; it is seen the next time.
        }
        if (!this.gone && this.fetching.running) {
            this.timer = setTimeout(() => this.look(), INTERVAL);
        }
    }

    async update() {
        const fields = ["contacts_state", "contacts_text"];
        const rows = await this.silent.searchRead("xero.connection", [], fields);
        const told = rows.filter((row) => row.contacts_text);
        const text = told.map((row) => row.contacts_text).join(" ");
        const moved = this.fetching.running && text !== this.fetching.text;
        if (this.gone) {
            return;
        }
        this.fetching.running = told.some((row) => row.contacts_state === "running");
        this.fetching.text = text;
        // What is being typed must not be lost.
        if (moved && !this.model.root.editedRecord) {
            await this.model.load();
        }
    }
}

registry.category("views").add("xero_fetching_list", {
    ...listView,
    Controller: XeroFetchingController,
});
