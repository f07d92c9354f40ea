from collections import Counter

from odoo import fields, models

from .xero_mapping_mixin import Match, fold, unique_by


class ProductProduct(models.Model):
    _name = 'product.product'
    _inherit = ['product.product', 'xero.mapping.mixin']
    _xero_target_field = 'xero_item_id'
    _xero_line_field = 'product_id'
    _xero_error_code = 'unmapped_item'

    xero_item_id = fields.Many2one(
        'xero.item', company_dependent=True, prefetch='xero',
        help="The item of the Xero organisation that lines with this product are sent with. "
             "Without one a line is sent with its account, tax and description alone.")

    def _xero_find_matches(self, connection, targets):
        # EXTENDS 'account_xero'
        by_code = unique_by(targets, lambda target: fold(target.code))
        by_name = unique_by(targets, lambda target: fold(target.name))
        names = Counter(fold(product.name) for product in self)
        matches = []
        for product in self:
            coded = by_code.get(fold(product.default_code))
            if coded and coded.is_tracked:
                matches.append(Match(product, coded, self.env._(
                    "same code, but Xero keeps its stock, and refuses what is not in it"), False))
            elif coded:
                matches.append(Match(product, coded, self.env._("same code"), True))
            elif target := by_name.get(fold(product.name)):
                # The variants of a product all have its name.
                matches.append(Match(product, target, self.env._("same name"), False,
                                     names[fold(product.name)] == 1))
            else:
                matches.append(Match(product, targets.browse(), self.env._(
                    "no item with this code or name"), False))
        return matches
