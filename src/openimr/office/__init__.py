"""The office: a web application that takes an application to the issued determination.

It uses the core and adds people, time, permission and memory. The core never imports it.
"""
