"""Signing in with the organisation's account (OpenID Connect, code flow with PKCE). Extra ``oidc``.

Whose account it is here: the one linked to the provider's subject; else, once, the active account of a person
whose login is exactly the provider's ``preferred_username`` and that is linked to no subject yet, which links it.
So the provider must be one that gives out these names itself. No account is ever made, nothing else is matched,
and the provider's own second factor stands in for ours.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any

from sqlalchemy import select, update

from server.db import Store, Tx
from server.errors import Busy, InputError, NotSignedIn
from server.models import Person
from server.services import audit
from server.services.people import Actor, actor_of
from server.services.sessions import Device
from server.services.sign_in import Admission, admit

__all__ = ["Departure", "Identity", "admitted", "arrive", "depart", "is_offered"]

TIMEOUT_S = 5
METADATA_LIFE = timedelta(minutes=10)
SHELF = "oidc"
SCOPE = "openid profile"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
LEEWAY_S = 60
SUBJECT_LONGEST = 200


@dataclass(frozen=True)
class Departure:
    """What this device leaves with, and must come back with.

    Attributes
    ----------
    address : str
        Where to go.
    state, nonce, verifier : str
        Secrets that tie the answer to this device; the cookie keeps them.
    """

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Who somebody is, as the provider says.

    Attributes
    ----------
    subject : str
        Issuer and subject, which never changes.
    login : str
        ``preferred_username``; empty for none.
    """

    subject: str
    login: str


def is_offered(store: Store) -> bool:
    """Whether a provider is set."""
    return bool(store.config.oidc_issuer and store.config.oidc_client_id)


def depart(store: Store, back: str) -> Departure:
    """Make the address of the provider to go to.

    Parameters
    ----------
    store : Store
        Names the provider.
    back : str
        Where the provider shall send this device back to.

    Raises
    ------
    InputError
        None is set, or the extra is not installed.
    Busy
        The provider does not answer.
    """
    metadata = _metadata(store)
    nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    client = _client(store, metadata, back)
    address, state = client.create_authorization_url(
        metadata["authorization_endpoint"], nonce=nonce, code_verifier=verifier
    )
    return Departure(address, state, nonce, verifier)


def arrive(store: Store, departure: Departure, back: str, state: str, code: str) -> Identity:
    """Ask the provider who came back.

    Parameters
    ----------
    store : Store
        Names the provider.
    departure : Departure
        What this device left with.
    back : str
        As told at departure.
    state, code : str
        What it came back with.

    Raises
    ------
    NotSignedIn
        It came back with something else, or the provider does not vouch for it.
    Busy
        The provider does not answer.
    """
    if not code or not hmac.compare_digest(state.encode(), departure.state.encode()):
        raise NotSignedIn("oidc.refused")
    metadata = _metadata(store)
    client = _client(store, metadata, back)
    failed = (_part("authlib.integrations.base_client").OAuthError, _part("joserfc.errors").JoseError)
    try:
        token = client.fetch_token(
            metadata["token_endpoint"], code=code, code_verifier=departure.verifier, timeout=TIMEOUT_S
        )
        claims = _claims(store, metadata, str(token.get("id_token", "")), departure.nonce)
        login = claims.get("preferred_username") or _asked(client, metadata, claims["sub"])
    except _part("requests").RequestException as error:
        raise Busy("oidc.down") from error
    except (*failed, KeyError, ValueError, TypeError, AttributeError) as error:
        raise NotSignedIn("oidc.refused") from error
    return Identity(f"{metadata['issuer']} {claims['sub']}", str(login))


def admitted(tx: Tx, identity: Identity, device: Device) -> Admission:
    """Begin a session of the person whose account this is.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    identity : Identity
        Who the provider says it is.
    device : Device
        Where from.

    Raises
    ------
    NotSignedIn
        Nobody's account.
    """
    if len(identity.subject) > SUBJECT_LONGEST:
        raise NotSignedIn("oidc.stranger")
    key = tx.session.scalar(select(Person.id).where(Person.oidc_subject == identity.subject))
    actor = actor_of(tx, key) if key is not None else _linked(tx, identity)
    if actor is None:
        raise NotSignedIn("oidc.stranger")
    return admit(tx, actor, "oidc", device)


def _linked(tx: Tx, identity: Identity) -> Actor | None:
    free = (Person.oidc_subject.is_(None), Person.is_active, Person.is_program.is_(False))
    mine = update(Person).where(Person.login == identity.login, *free).values(oidc_subject=identity.subject)
    key = tx.session.scalar(mine.returning(Person.id))
    actor = actor_of(tx, key) if key is not None else None
    if actor is not None:
        audit.record(tx, actor, "oidc.linked", subject_id=key)
    return actor


def _claims(store: Store, metadata: dict[str, Any], token: str, nonce: str) -> dict[str, Any]:
    """Read the identity token, once signature, issuer, audience, time and nonce are right."""
    keys = _got(metadata["jwks_uri"])
    jwt = _part("joserfc.jwt")
    read = jwt.decode(token, _part("joserfc.jwk").KeySet.import_key_set(keys), algorithms=ALGORITHMS)
    rules = {
        "iss": {"essential": True, "value": metadata["issuer"]},
        "aud": {"essential": True, "value": store.config.oidc_client_id},
        "nonce": {"essential": True, "value": nonce},
        "exp": {"essential": True},
        "sub": {"essential": True},
    }
    now = int(store.clock().timestamp())
    jwt.JWTClaimsRegistry(now=now, leeway=LEEWAY_S, **rules).validate(read.claims)
    claims: dict[str, Any] = read.claims
    return claims


def _asked(client: Any, metadata: dict[str, Any], subject: str) -> str:  # noqa: ANN401 - authlib's
    """Ask for the name where the token holds none."""
    if "userinfo_endpoint" not in metadata:
        return ""
    told = client.get(metadata["userinfo_endpoint"], timeout=TIMEOUT_S).json()
    return str(told.get("preferred_username") or "") if told.get("sub") == subject else ""


def _client(store: Store, metadata: dict[str, Any], back: str) -> Any:  # noqa: ANN401 - authlib's
    known = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    method = "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"
    return _part("authlib.integrations.requests_client").OAuth2Session(
        store.config.oidc_client_id,
        store.config.oidc_client_secret,
        token_endpoint_auth_method=method,
        scope=SCOPE,
        redirect_uri=back,
        code_challenge_method="S256",
    )


def _metadata(store: Store) -> dict[str, Any]:
    """Read what the provider says of itself; kept for some minutes."""
    issuer = store.config.oidc_issuer
    if not is_offered(store):
        raise InputError("oidc.off", field="issuer")
    kept = store.shelf.get(SHELF)
    if kept is None or kept[0] != issuer or store.clock() - kept[1] > METADATA_LIFE:
        try:
            found = _got(issuer.rstrip("/") + "/.well-known/openid-configuration")
        except (_part("requests").RequestException, ValueError) as error:
            raise Busy("oidc.down") from error
        if not isinstance(found, dict) or found.get("issuer") != issuer:
            raise Busy("oidc.down")
        store.shelf[SHELF] = kept = (issuer, store.clock(), found)
    metadata: dict[str, Any] = kept[2]
    return metadata


def _got(address: str) -> Any:  # noqa: ANN401 - JSON
    answer = _part("requests").get(address, timeout=TIMEOUT_S)
    answer.raise_for_status()
    return answer.json()


def _part(name: str) -> Any:  # noqa: ANN401 - a module of the extra
    try:
        return import_module(name)
    except ImportError as error:
        raise InputError("oidc.extra", field="issuer") from error
