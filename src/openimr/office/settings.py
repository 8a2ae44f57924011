"""Settings of the office, each from an environment variable with a safe default.

===========================  =====================================================================
OPENIMR_DATA                 folder of the embedded database, files and keys (default ``./office``)
OPENIMR_DATABASE             ``postgresql://user:password@host/name``; SQLite in the folder without
OPENIMR_HOSTS                names the site is served under, comma separated (default localhost)
OPENIMR_SECRET_KEY           signing key; made once in the folder where it is not given
OPENIMR_HTTPS                ``1`` behind https: cookies and redirects are made strict
OPENIMR_REQUIRE_MFA          ``1``: a second factor is needed before any case is shown
OPENIMR_DEBUG                ``1`` for development only: error pages show code
OPENIMR_ORGANIZATION         name of the review organization, printed on its letters
OPENIMR_ORGANIZATION_ADDRESS its address, for letters and where records are sent
OPENIMR_PROGRAM              id of the program whose law applies (default ``ca_wc_imr``)
OPENIMR_VIRUS_SCAN           command that is called with a file's path; 1 means infected, any other
                             non-zero that it failed; either way the file stays closed
OPENIMR_UPLOAD_MB            largest file that is taken, in megabytes (default 500)
OPENIMR_UPLOAD_PAGES         most pages of one document (default 5000)
OPENIMR_QUALITY_SHARE        share of reviews that a full second look takes at random (default 0.1)
OPENIMR_NEW_REVIEWER_CASES   so many first reviews of a reviewer are always looked at (default 5)
===========================  =====================================================================
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from openimr.office.keys import kept

DATA = Path(os.environ.get("OPENIMR_DATA", "office")).resolve()
DEBUG = os.environ.get("OPENIMR_DEBUG") == "1"
HTTPS = os.environ.get("OPENIMR_HTTPS") == "1"
ORGANIZATION = os.environ.get("OPENIMR_ORGANIZATION", "Invented Review Organization")
ORGANIZATION_ADDRESS = os.environ.get(
    "OPENIMR_ORGANIZATION_ADDRESS", "1 Invented Way, Nowhere, CA 90000"
)
PROGRAM = os.environ.get("OPENIMR_PROGRAM", "ca_wc_imr")
REQUIRE_MFA = os.environ.get("OPENIMR_REQUIRE_MFA") == "1"


def _number(name: str, default: str) -> float:
    given = os.environ.get(name, default)
    try:
        return float(given)
    except ValueError:
        raise SystemExit(f"imr: {name} is no number; correct it.") from None


QUALITY_SHARE = _number("OPENIMR_QUALITY_SHARE", "0.1")
NEW_REVIEWER_CASES = int(_number("OPENIMR_NEW_REVIEWER_CASES", "5"))
VIRUS_SCAN = os.environ.get("OPENIMR_VIRUS_SCAN", "")
UPLOAD_MB = int(os.environ.get("OPENIMR_UPLOAD_MB", "500"))
UPLOAD_PAGES = int(os.environ.get("OPENIMR_UPLOAD_PAGES", "5000"))


def _database() -> dict[str, Any]:
    url = os.environ.get("OPENIMR_DATABASE", "")
    if not url:
        DATA.mkdir(parents=True, exist_ok=True, mode=0o700)
        return {
            "ENGINE": "openimr.office.sqlite",
            "NAME": DATA / "office.sqlite3",
            # To open it, and above all to close it, costs more than most pages.
            "CONN_MAX_AGE": None,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30},
            "TEST": {"NAME": DATA / "test.sqlite3"},
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise SystemExit("imr: OPENIMR_DATABASE is no postgresql:// address; correct it.")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


SECRET_KEY = (
    os.environ.get("OPENIMR_SECRET_KEY")
    or kept(DATA, "secret", lambda: secrets.token_urlsafe(64).encode()).decode()
)
ALLOWED_HOSTS = os.environ.get("OPENIMR_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if HTTPS]

INSTALLED_APPS = [
    "openimr.office",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "rules.apps.AutodiscoverRulesConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "openimr.office.middleware.headers",
    "openimr.office.middleware.without_nul",
    "openimr.office.middleware.signed_out",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "openimr.office.middleware.second_factor",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "openimr.office.context.office",
            ]
        },
    }
]
ROOT_URLCONF = "openimr.office.urls"
WSGI_APPLICATION = "openimr.office.wsgi.application"
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "office.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "office:home"
ACCOUNT_ADAPTER = "openimr.office.accounts.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
LANGUAGE_CODE = "en-us"
TIME_ZONE = "America/Los_Angeles"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA / "files", "file_permissions_mode": 0o600},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 2**20
# Neither requests nor their contents are logged: they would carry clinical words.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "openimr": {"level": "INFO"},
        "django.request": {"level": "CRITICAL"},
        "django_tasks": {"level": "WARNING"},
        "django_tasks_db": {"level": "WARNING"},
    },
}
SILENCED_SYSTEM_CHECKS = ["axes.W003"]
