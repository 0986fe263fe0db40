"""SQLite: counters kept by row triggers, words in an FTS5 table without content of its own."""

WORDS = "send_mail_mail_words"
LONGEST_BEGINNING = 20


def _people(row: str) -> str:
    lists = " UNION ALL ".join(
        f'SELECT value FROM json_each({row}."{name}")'  # noqa: S608 - our own names
        for name in ("to", "cc", "bcc")
    )
    return f"(SELECT group_concat(value, ' ') FROM ({lists}))"  # noqa: S608 - the same


def _add(row: str) -> str:
    return (
        f"INSERT INTO {WORDS}(rowid, subject, people) "  # noqa: S608 - the same
        f"VALUES ({row}.id, {row}.subject, {_people(row)});"
    )


def _take(row: str) -> str:
    return (
        f"INSERT INTO {WORDS}({WORDS}, rowid, subject, people) "  # noqa: S608 - the same
        f"VALUES ('delete', {row}.id, {row}.subject, {_people(row)});"
    )


_UP = """
INSERT INTO send_mail_mailcount(state, n) VALUES (NEW.state, 1)
ON CONFLICT(state) DO UPDATE SET n = n + 1;
"""
# Where there is no row, as while all tables are emptied, there is nothing to count down.
_DOWN = "UPDATE send_mail_mailcount SET n = n - 1 WHERE state = OLD.state;"

STATEMENTS = (
    "CREATE UNIQUE INDEX mailcount_state ON send_mail_mailcount(state)",
    "INSERT INTO send_mail_mailcount(state, n) "
    "SELECT state, count(*) FROM send_mail_mail GROUP BY state",
    # Every beginning has a list of its own, or it would have to be put together anew from those of
    # all the words that begin so.
    f"CREATE VIRTUAL TABLE {WORDS} USING fts5(subject, people, content='', detail='none', "
    f"prefix='{' '.join(map(str, range(1, LONGEST_BEGINNING + 1)))}', "
    "tokenize='unicode61 remove_diacritics 2')",
    f"INSERT INTO {WORDS}(rowid, subject, people) "  # noqa: S608 - our own names
    f"SELECT id, subject, {_people('mail')} FROM send_mail_mail AS mail",
    f"CREATE TRIGGER mail_added AFTER INSERT ON send_mail_mail BEGIN {_UP} {_add('NEW')} END",
    f"CREATE TRIGGER mail_gone AFTER DELETE ON send_mail_mail BEGIN {_DOWN} {_take('OLD')} END",
    "CREATE TRIGGER mail_moved AFTER UPDATE OF state ON send_mail_mail "
    f"WHEN OLD.state <> NEW.state BEGIN {_DOWN} {_UP} END",
    'CREATE TRIGGER mail_rewritten AFTER UPDATE OF subject, "to", cc, bcc ON send_mail_mail '
    f"BEGIN {_take('OLD')} {_add('NEW')} END",
)
UNDO = (
    "DROP TRIGGER mail_added",
    "DROP TRIGGER mail_gone",
    "DROP TRIGGER mail_moved",
    "DROP TRIGGER mail_rewritten",
    f"DROP TABLE {WORDS}",
    "DROP INDEX mailcount_state",
)
