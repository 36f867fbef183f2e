"""Services that stand on a database of their own, whatever they are told: each in another way.

`OWN_URL` in the environment names that database. `faithful` has the twins that use the same means
and do lead to the database they were given.
"""
