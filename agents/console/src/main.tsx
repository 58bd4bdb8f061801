import { createRoot } from 'react-dom/client';
import './i18n';
import './ui/base.css';
import { App } from './App';

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
