"""PostgreSQL: a row a counted change by statement triggers, words in a GIN index."""

_UP = "INSERT INTO send_mail_mailcount(state, n) SELECT state, count(*) FROM added GROUP BY state;"
_DOWN = (
    "INSERT INTO send_mail_mailcount(state, n) SELECT state, -count(*) FROM gone GROUP BY state;"
)
_MOVED = """
INSERT INTO send_mail_mailcount(state, n)
SELECT state, sum(n) FROM (
  SELECT state, 1 AS n FROM added UNION ALL SELECT state, -1 FROM gone
) AS changes GROUP BY state HAVING sum(n) <> 0;
"""


def _function(name: str, body: str) -> str:
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {body} RETURN NULL; END $$"
    )


def _trigger(name: str, event: str, tables: str) -> str:
    return (
        f"CREATE TRIGGER {name} AFTER {event} ON send_mail_mail REFERENCING {tables} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )


STATEMENTS = (
    "INSERT INTO send_mail_mailcount(state, n) "
    "SELECT state, count(*) FROM send_mail_mail GROUP BY state",
    _function("send_mail_added", _UP),
    _function("send_mail_gone", _DOWN),
    _function("send_mail_moved", _MOVED),
    _trigger("send_mail_added", "INSERT", "NEW TABLE AS added"),
    _trigger("send_mail_gone", "DELETE", "OLD TABLE AS gone"),
    _trigger("send_mail_moved", "UPDATE", "NEW TABLE AS added OLD TABLE AS gone"),
    # Punctuation apart, or an address would be one word.
    "CREATE FUNCTION send_mail_words(subject text, recipients jsonb, cc jsonb, bcc jsonb) "
    "RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS "
    "$$ SELECT to_tsvector('simple'::regconfig, regexp_replace("
    "subject || ' ' || recipients::text || ' ' || cc::text || ' ' || bcc::text, "
    "'[^[:alnum:]]+', ' ', 'g')) $$",
    'CREATE INDEX mail_words ON send_mail_mail USING gin (send_mail_words(subject, "to", cc, bcc))',
)
UNDO = (
    "DROP INDEX mail_words",
    "DROP FUNCTION send_mail_words(text, jsonb, jsonb, jsonb)",
    "DROP TRIGGER send_mail_added ON send_mail_mail",
    "DROP TRIGGER send_mail_gone ON send_mail_mail",
    "DROP TRIGGER send_mail_moved ON send_mail_mail",
    "DROP FUNCTION send_mail_added()",
    "DROP FUNCTION send_mail_gone()",
    "DROP FUNCTION send_mail_moved()",
    "DELETE FROM send_mail_mailcount",
)
