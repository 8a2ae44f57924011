"""Addresses of the office; they hold case numbers and ids, never clinical words."""

from __future__ import annotations

from django.urls import include, path

from openimr.office.views import cases, home

office = [
    path("", home.home, name="home"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/<str:number>/", cases.case, name="case"),
    path("cases/<str:number>/steps/<str:step>/", cases.step, name="step"),
    path("cases/<str:number>/history/", cases.history, name="history"),
    path("cases/<str:number>/notes/", cases.add_note, name="note"),
]

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include((office, "office"))),
]
handler403 = "openimr.office.views.errors.denied"
handler404 = "openimr.office.views.errors.missing"
handler500 = "openimr.office.views.errors.broken"
