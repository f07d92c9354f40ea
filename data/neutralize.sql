-- A copy of the database must neither read nor write the real books in Xero.
UPDATE xero_connection
   SET state = 'disconnected', client_secret = NULL, webhook_key = NULL, token_id = NULL,
       oauth_nonce = NULL, oauth_verifier = NULL;
DELETE FROM xero_token;
DELETE FROM xero_event;
UPDATE ir_cron SET active = false WHERE xero_connection_id IS NOT NULL OR id IN (
    SELECT res_id FROM ir_model_data
     WHERE module = 'account_xero' AND model = 'ir.cron' AND starts_with(name, 'ir_cron_'));
