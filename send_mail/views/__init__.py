"""The pages: write, outbox and one mail, inbox, the one-time login.

Owns what a browser sees and who may see it. Leaves the rules of mail to ``send_mail.services`` and
who may talk to the project at all to the project's middleware.
"""
