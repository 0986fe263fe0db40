"""Programs that the launcher fetches itself: Erlang and RabbitMQ on Windows, no administrator.

`pins` says what may be fetched, `publisher` asks who published it, `download` brings it, `archive`
checks and unpacks it, `shelf` is the folder where it then stands, `install` is the order of it all.
Nothing of what was fetched is run here.
"""
