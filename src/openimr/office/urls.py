"""Addresses of the office; they hold case numbers and ids, never clinical words."""

from __future__ import annotations

from django.urls import include, path, register_converter
from django.urls.converters import IntConverter

from openimr.office.views import (
    assign,
    audit_log,
    cases,
    dashboard,
    desk,
    home,
    intake,
    issue,
    letters,
    opinions,
    people,
    quality,
    records,
    register,
    screening,
    signing,
    summary,
    uploads,
    viewer,
    workflow,
)


class Key(IntConverter):
    """A number that a database can hold; a longer one is no address."""

    regex = "[0-9]{1,9}"


register_converter(Key, "key")

office = [
    path("", home.home, name="home"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/<str:number>/", cases.case, name="case"),
    path("cases/<str:number>/steps/<str:step>/", cases.step, name="step"),
    path("cases/<str:number>/history/", cases.history, name="history"),
    path("cases/<str:number>/notes/", cases.add_note, name="note"),
    # reviewers, the second look, issuing
    path("cases/<str:number>/assign/", assign.assign, name="assign"),
    path("cases/<str:number>/assign/clear/", assign.clear, name="clear_reviewer"),
    path("cases/<str:number>/assign/panel/", assign.approve_panel, name="approve_panel"),
    path("cases/<str:number>/quality/", quality.second_look, name="quality"),
    path("cases/<str:number>/issue/", issue.issue, name="issue"),
    path("cases/<str:number>/determination/<str:to>/", issue.determination, name="determination"),
    path("cases/<str:number>/published/", issue.published, name="published"),
    path("cases/<str:number>/served/<key:pk>/", issue.served, name="served"),
    path("cases/<str:number>/after/", issue.after, name="after"),
    path("cases/<str:number>/after/given/", issue.treatment_given, name="treatment_given"),
    path("cases/<str:number>/after/<str:step>/", issue.after_step, name="after_step"),
]

_DOCUMENT = "cases/<str:number>/records/<key:document>/"
office += [
    path("cases/<str:number>/records/", records.index, name="records"),
    path("cases/<str:number>/records/find/", records.find, name="records_find"),
    path("cases/<str:number>/records/uploads/", uploads.start, name="upload_start"),
    path("cases/<str:number>/records/uploads/<uuid:upload>/", uploads.piece, name="upload_piece"),
    path(_DOCUMENT, viewer.viewer, name="record"),
    path(f"{_DOCUMENT}row/", records.row, name="record_row"),
    path(f"{_DOCUMENT}entry/", records.edit, name="record_entry"),
    path(f"{_DOCUMENT}withdraw/", records.take_out, name="record_withdraw"),
    path(f"{_DOCUMENT}again/", records.again, name="record_again"),
    path(f"{_DOCUMENT}original/", records.original, name="record_original"),
    path(f"{_DOCUMENT}find/", viewer.find, name="record_find"),
    path(f"{_DOCUMENT}pages/<key:page>/text/", viewer.text, name="page_text"),
    path(f"{_DOCUMENT}pages/<key:page>/marks/", viewer.marks, name="page_marks"),
    path(f"{_DOCUMENT}pages/<key:page>/<key:width>/", viewer.image, name="page_image"),
]

office += [
    path("cases/<str:number>/desk/", desk.desk, name="desk"),
    path("cases/<str:number>/desk/find/", desk.find, name="desk_find"),
    path("cases/<str:number>/desk/draft/", desk.draft_state, name="draft_state"),
    path("cases/<str:number>/desk/draft/make/", desk.make_draft, name="make_draft"),
    path("cases/<str:number>/desk/sign/", signing.sign, name="sign"),
    path("cases/<str:number>/desk/summary/", summary.save, name="summary"),
    path("cases/<str:number>/desk/summary/anew/", summary.write_anew, name="summary_anew"),
    path("cases/<str:number>/desk/summary/versions/", summary.versions, name="summary_versions"),
    path("cases/<str:number>/desk/summary/restore/", summary.restore, name="summary_restore"),
    path(
        "cases/<str:number>/desk/record/<key:document>/<key:page>/",
        desk.record_page,
        name="record_page",
    ),
    path("cases/<str:number>/desk/<key:position>/", desk.item_panel, name="item_panel"),
    path("cases/<str:number>/desk/<key:position>/opinion/", opinions.save_opinion, name="opinion"),
    path("cases/<str:number>/desk/<key:position>/take-over/", opinions.take_over, name="take_over"),
    path("cases/<str:number>/desk/<key:position>/verdict/", opinions.judge, name="judge"),
    path("cases/<str:number>/desk/<key:position>/versions/", opinions.versions, name="versions"),
    path("cases/<str:number>/desk/<key:position>/restore/", opinions.restore, name="restore"),
    path("cases/<str:number>/offer/", signing.offer, name="offer"),
    path("cases/<str:number>/requests/", signing.requests, name="requests"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("workflow/", workflow.workflow, name="workflow"),
    path("workflow/drawing.svg", workflow.drawing, name="workflow_drawing"),
    path("reviewers/", register.register, name="register"),
    path("reviewers/<str:username>/", register.entry, name="register_entry"),
    path("people/", people.people, name="people"),
    path("people/<str:username>/", people.person, name="person"),
    path("people/<str:username>/password/", people.password_link, name="password_link"),
    path("audit/", audit_log.log, name="audit"),
    path("audit/verify/", audit_log.verify, name="audit_verify"),
    path("audit/checkpoint/", audit_log.checkpoint, name="audit_checkpoint"),
]

office += [
    path("applications/", intake.start, name="new_application"),
    path("applications/blank/", intake.blank_form, name="blank_form"),
    path("applications/<key:draft>/", intake.draft_form, name="application"),
    path("applications/<key:draft>/form/", intake.draft_file, name="draft_file"),
    path("applications/<key:draft>/discard/", intake.discard, name="discard_draft"),
    path("screenings/", screening.screenings, name="screenings"),
    path("cases/<str:number>/screening/", screening.screening, name="screening"),
    path("cases/<str:number>/screening/answers/", screening.answers, name="screening_answers"),
    path("cases/<str:number>/screening/<str:step>/", screening.step, name="screening_step"),
    path("cases/<str:number>/letters/", letters.letters, name="letters"),
    path("cases/<str:number>/letters/served/", letters.served, name="letters_served"),
    path("cases/<str:number>/letters/<key:pk>/", letters.letter, name="letter"),
]

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include((office, "office"))),
]
handler403 = "openimr.office.views.errors.denied"
handler404 = "openimr.office.views.errors.missing"
handler500 = "openimr.office.views.errors.broken"
