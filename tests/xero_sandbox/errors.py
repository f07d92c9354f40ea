"""What ends a request early, and the bodies Xero answers with."""


class ApiError(Exception):
    """An answer other than success.

    :param int status: HTTP status.
    :param body: dict (JSON) or str (text, HTML).
    :param dict headers: extra response headers.
    """

    def __init__(self, status, body, headers=None):
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers = headers or {}


class Refused(Exception):
    """One element of a request fails validation.

    :param str messages: Xero's texts, one for each ``ValidationErrors`` entry.
    """

    def __init__(self, *messages):
        super().__init__(*messages)
        self.messages = list(messages)


def not_found():
    """:return: ApiError 404; Xero answers an unknown resource in HTML, not JSON."""
    return ApiError(404, "<!DOCTYPE html><html><head><title>404</title></head><body>"
                         "<h1>The resource you're looking for cannot be found</h1></body></html>")


def bad_request(message, number=14, kind="PostDataInvalidException"):
    """:return: ApiError 400 for a request that cannot be read as a whole.

    :param str message: what is wrong.
    :param int number: Xero's ErrorNumber (10 validation, 14 post data, 16 query, 17 no data).
    :param str kind: Xero's exception type.
    """
    return ApiError(400, {"ErrorNumber": number, "Type": kind, "Message": message})


def validation_failed(elements):
    """:return: ApiError 400 listing the refused elements (Xero: requests and responses)."""
    return ApiError(400, {"ErrorNumber": 10, "Type": "ValidationException",
                          "Message": "A validation exception occurred", "Elements": elements})


def unauthorized(detail, headers=None):
    """:return: ApiError 401 with Xero's problem body."""
    return ApiError(401, {"Type": None, "Title": "Unauthorized", "Status": 401,
                          "Detail": detail, "Instance": None, "Extensions": {}}, headers)


def scope_missing(challenge=True):
    """:return: ApiError 401 for a token that lacks the endpoint's scope.

    :param bool challenge: with the header that says so, too. Recorded answers of Xero have the body
        alone.
    """
    return unauthorized("AuthorizationUnsuccessful",
                        {"WWW-Authenticate": "insufficient_scope"} if challenge else None)


def forbidden():
    """:return: ApiError 403: tenant missing, wrong or disconnected (Xero: troubleshooting)."""
    return ApiError(403, {"title": "Forbidden", "status": 403,
                          "detail": "AuthenticationUnsuccessful", "instance": None})


def role_missing():
    """:return: ApiError 403: the role of the user who signed in does not cover the endpoint. The
        words are those of Xero-Net's issue 347."""
    return ApiError(403, {
        "Type": None, "Title": "Forbidden", "Status": 403,
        "Detail": "You are not permitted to access this resource without the reporting role or "
                  "higher privileges.", "Instance": None, "Extensions": {}})
