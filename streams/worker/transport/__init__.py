"""The one place where Faust's consumer is told otherwise: where to read, what makes one event, how long a fetch waits.

Each override gives its reason; `tests/worker/test_contracts.py` names what each relies on.
"""

from typing import ClassVar

from faust.transport.drivers import aiokafka as driver

from streams.worker.transport.consumer import Consumer
from streams.worker.transport.producer import Producer


class Transport(driver.Transport):
    """Faust's aiokafka transport, with our consumer and our producer."""

    Consumer: ClassVar[type] = Consumer
    Producer: ClassVar[type] = Producer
