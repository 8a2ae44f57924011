"""Addresses of the office; they hold case numbers and ids, never clinical words."""

from __future__ import annotations

from django.urls import include, path

from openimr.office.views import cases, home, records, uploads, viewer

office = [
    path("", home.home, name="home"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/<str:number>/", cases.case, name="case"),
    path("cases/<str:number>/steps/<str:step>/", cases.step, name="step"),
    path("cases/<str:number>/history/", cases.history, name="history"),
    path("cases/<str:number>/notes/", cases.add_note, name="note"),
]

_DOCUMENT = "cases/<str:number>/records/<int:document>/"
office += [
    path("cases/<str:number>/records/", records.index, name="records"),
    path("cases/<str:number>/records/find/", records.find, name="records_find"),
    path("cases/<str:number>/records/uploads/", uploads.start, name="upload_start"),
    path("cases/<str:number>/records/uploads/<uuid:upload>/", uploads.piece, name="upload_piece"),
    path(_DOCUMENT, viewer.viewer, name="record"),
    path(f"{_DOCUMENT}row/", records.row, name="record_row"),
    path(f"{_DOCUMENT}entry/", records.edit, name="record_entry"),
    path(f"{_DOCUMENT}again/", records.again, name="record_again"),
    path(f"{_DOCUMENT}original/", records.original, name="record_original"),
    path(f"{_DOCUMENT}find/", viewer.find, name="record_find"),
    path(f"{_DOCUMENT}pages/<int:page>/text/", viewer.text, name="page_text"),
    path(f"{_DOCUMENT}pages/<int:page>/marks/", viewer.marks, name="page_marks"),
    path(f"{_DOCUMENT}pages/<int:page>/<int:width>/", viewer.image, name="page_image"),
]

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include((office, "office"))),
]
handler403 = "openimr.office.views.errors.denied"
handler404 = "openimr.office.views.errors.missing"
handler500 = "openimr.office.views.errors.broken"
