import { engine } from './engine.ts';
import { describeFailure } from './openedModel.ts';
import { serve } from './rpc.ts';

serve(engine(), describeFailure);
