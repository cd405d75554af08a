"""The gateway to ECS: the only place that knows the vendor's SDK.

`sdk`, `session` and `credential_providers` import the SDK and cost half a second; the others
import them inside functions, in a worker thread, when the first call needs them.
"""
