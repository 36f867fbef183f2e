"""A small shop in plain ASGI, broken in `checkout` and mended in `mended`: `contract-tests demo`.

It needs SQLAlchemy and nothing else. The command copies this folder and judges the copy, as it
judges any service: no module of the kit imports the shop.
"""
