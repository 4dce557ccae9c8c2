"""EventBridge Scheduler: Moto keeps schedules and groups, this package calls their targets.

Left out: flexible windows (a schedule fires at the window's begin), targets of services that are not here. Start in
provider.py; what a target gets is in targets.py, when it gets it in timing.py and running.py.
"""
