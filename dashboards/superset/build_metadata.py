"""Builds Superset's metadata database, or upgrades one: every table, the roles, and the user `admin`.

One process does all of it, because importing Superset is most of the work of each of its own commands.
Runs in the dashboards environment with `superset_config.py` as its settings; writes $DASHBOARDS_HOME/superset.db.
"""

import secrets

from flask_migrate import upgrade
from superset.app import create_app


def main() -> None:
    app = create_app()
    with app.app_context():
        upgrade()
        from superset.extensions import appbuilder, db

        app.sync_config_to_db()
        appbuilder.add_permissions(update_perms=True)
        manager = appbuilder.sm
        manager.sync_role_definitions()
        if not manager.find_user("admin"):
            role = manager.find_role("Admin")
            # Its password is set by whoever copies this database; until then nobody knows it.
            if not manager.add_user("admin", "Rapid", "Analytics", "admin@localhost", role, secrets.token_urlsafe(42)):
                raise SystemExit("Superset refused to make the user admin; its log above says why.")
        db.session.commit()


if __name__ == "__main__":
    main()
