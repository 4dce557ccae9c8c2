"""Cognito user pools on Moto: sign-up, sign-in and signed tokens, which APIs verify (`tokens`).

Left out: hosted pages and their OAuth endpoints, federation, e-mails and messages, triggers. The signing key is Moto's,
which everybody knows: tokens prove nothing outside a test. Start reading at `plugin`.
"""
