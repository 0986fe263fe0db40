"""The rules of mail, one idea a module.

``saving`` takes a new mail and ``inserting`` writes it, in groups (``grouping``, ``write_turn``,
``row_inserts``);
``outbox`` changes, resends and cancels; ``wakeups`` publishes, on a ``wakeup_line``, and
``publisher`` does so beside the requests; ``relay`` publishes what is due;
``claims`` gives a mail to one worker and takes it back; ``sending`` is the way of one mail through
a worker; ``pause`` is the queue's switch; ``login_links`` lets the launcher's user in.

Transactions here are short and do nothing but database work: while one greenlet waits inside a
SQLite transaction, every other one's write stops the whole process.
"""
