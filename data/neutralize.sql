-- A copy of the database must neither read nor write the real books in Xero.
UPDATE xero_connection
   SET state = 'disconnected', client_secret = NULL, webhook_key = NULL, token_id = NULL,
       oauth_nonce = NULL, oauth_verifier = NULL;
DELETE FROM xero_token;
DELETE FROM xero_event;
