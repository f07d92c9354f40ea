from odoo import fields, models


class XeroClaim(models.Model):
    """The row that a worker locks while it serves an organisation.

    It is a table of its own because the lock is held through many transactions: were it on the
    connection, a user who flips a switch would wait for the end of a push. A worker that dies
    loses its database session and the lock with it; see :func:`.transaction.end_with_the_machine`.
    """

    _name = 'xero.claim'
    _description = "Xero Claim"
    _rec_name = 'connection_id'

    connection_id = fields.Many2one('xero.connection', required=True, ondelete='cascade')

    _connection_uniq = models.Constraint('UNIQUE(connection_id)', "A connection has one claim.")
