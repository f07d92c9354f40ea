"""What people are told once, in a corner of the screen."""


def notification(kind, title, message, then=None):
    """
    :param str kind: success, warning or danger
    :param str title: what it is about
    :param str message: a sentence or more
    :param dict then: the client action that follows; by default what is shown is read anew
    :return: a client action
    :rtype: dict
    """
    return {
        'type': 'ir.actions.client',
        'tag': 'display_notification',
        'params': {'type': kind, 'title': title, 'message': message,
                   'next': then or {'type': 'ir.actions.client', 'tag': 'soft_reload'}},
    }
